-- Manage to SL: posting ledger, version 4.
-- Run it once in the SL company (application) database, as a member of db_owner. It is safe to run again: what is
-- there stays as it is, an earlier version gets what it lacks, and a later one is refused. Then make the users of
-- Manage to SL members:
--     ALTER ROLE xlpy_user ADD MEMBER [DOMAIN\user];
-- SL's views vs_... read the system database: the same users need SELECT there, unless ownership chaining is on.

SET NOCOUNT ON;
SET ANSI_NULLS ON;
SET QUOTED_IDENTIFIER ON;
GO

IF OBJECT_ID('dbo.xlpy_Version', 'U') IS NOT NULL
    EXEC ('IF EXISTS (SELECT 1 FROM dbo.xlpy_Version WHERE SchemaVersion > 4)
               RAISERROR (''The posting ledger in this database has a later version than 4'', 16, 1)');
IF @@ERROR <> 0 SET NOEXEC ON;
GO

IF OBJECT_ID('dbo.xlpy_ApprovalRequest', 'U') IS NULL
BEGIN
    CREATE TABLE dbo.xlpy_ApprovalRequest (
        [RequestID] INTEGER NOT NULL IDENTITY,
        [ManageHost] NVARCHAR(255) NOT NULL,
        [ManageCompany] NVARCHAR(60) NOT NULL,
        [CpnyID] VARCHAR(10) NOT NULL,
        [Wanted] VARCHAR(12) NOT NULL,
        [Subject] NVARCHAR(max) NOT NULL,
        [PlanHash] VARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
        [Documents] INTEGER NOT NULL,
        [Worth] NVARCHAR(max) NOT NULL,
        [Choices] NVARCHAR(max) NOT NULL,
        [PreparedLogin] NVARCHAR(128) NOT NULL,
        [PreparedBy] NVARCHAR(100) NOT NULL,
        [PreparedHost] NVARCHAR(100) NOT NULL,
        [AskedAt] DATETIME NOT NULL,
        PRIMARY KEY ([RequestID]),
        CONSTRAINT [xlpy_ApprovalRequest_Signed] UNIQUE ([RequestID], [PlanHash], [PreparedLogin], [PreparedBy]),
        CONSTRAINT [xlpy_ApprovalRequest_Own] CHECK (UPPER(PreparedLogin) = UPPER(ORIGINAL_LOGIN()))
    );
    CREATE INDEX [xlpy_ApprovalRequest_Plan] ON dbo.xlpy_ApprovalRequest ([PlanHash]);
END;
GO

IF OBJECT_ID('dbo.xlpy_Audit', 'U') IS NULL
BEGIN
    CREATE TABLE dbo.xlpy_Audit (
        [AuditID] INTEGER NOT NULL IDENTITY,
        [ManageHost] NVARCHAR(255) NOT NULL,
        [ManageCompany] NVARCHAR(60) NOT NULL,
        [CpnyID] VARCHAR(10) NOT NULL,
        [RunID] VARCHAR(40) COLLATE Latin1_General_BIN2 NOT NULL,
        [ManifestHash] VARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
        [PreviousHash] VARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
        [MadeAt] DATETIME NOT NULL,
        [MadeBy] NVARCHAR(100) NOT NULL,
        [MadeHost] NVARCHAR(100) NOT NULL,
        PRIMARY KEY ([AuditID]),
        CONSTRAINT [xlpy_Audit_Chain] UNIQUE ([CpnyID], [PreviousHash])
    );
    CREATE INDEX [xlpy_Audit_Company] ON dbo.xlpy_Audit ([CpnyID], [AuditID]);
END;
GO

IF OBJECT_ID('dbo.xlpy_Lock', 'U') IS NULL
BEGIN
    CREATE TABLE dbo.xlpy_Lock (
        [LockName] VARCHAR(20) NOT NULL,
        [HolderUser] NVARCHAR(100) NOT NULL,
        [HolderHost] NVARCHAR(100) NOT NULL,
        [Since] DATETIME NULL,
        [ReleasedAt] DATETIME NULL,
        PRIMARY KEY ([LockName])
    );
END;
GO

IF OBJECT_ID('dbo.xlpy_Payment', 'U') IS NULL
BEGIN
    CREATE TABLE dbo.xlpy_Payment (
        [PaymentRowID] INTEGER NOT NULL IDENTITY,
        [ManageHost] NVARCHAR(255) NOT NULL,
        [ManageCompany] NVARCHAR(60) NOT NULL,
        [CpnyID] VARCHAR(10) NOT NULL,
        [RecordID] VARCHAR(100) COLLATE Latin1_General_BIN2 NOT NULL,
        [ManagePaymentID] INTEGER NOT NULL,
        [Amount] FLOAT(53) NOT NULL,
        [Currency] VARCHAR(4) NOT NULL,
        [RunID] VARCHAR(40) COLLATE Latin1_General_BIN2 NOT NULL,
        [CreatedAt] DATETIME NOT NULL,
        [PaymentDate] SMALLDATETIME NULL,
        [ChangedAt] DATETIME NULL,
        [RemovedAt] DATETIME NULL,
        [CreditID] INTEGER NULL,
        PRIMARY KEY ([PaymentRowID]),
        CONSTRAINT [xlpy_Payment_Once] UNIQUE ([ManageHost], [ManageCompany], [ManagePaymentID])
    );
    CREATE INDEX [xlpy_Payment_Record] ON dbo.xlpy_Payment ([RecordID]);
END;
GO

IF OBJECT_ID('dbo.xlpy_PaymentTry', 'U') IS NULL
BEGIN
    CREATE TABLE dbo.xlpy_PaymentTry (
        [PaymentTryID] INTEGER NOT NULL IDENTITY,
        [ManageHost] NVARCHAR(255) NOT NULL,
        [ManageCompany] NVARCHAR(60) NOT NULL,
        [CpnyID] VARCHAR(10) NOT NULL,
        [RecordID] VARCHAR(100) COLLATE Latin1_General_BIN2 NOT NULL,
        [Amount] FLOAT(53) NOT NULL,
        [Currency] VARCHAR(4) NOT NULL,
        [PaymentDate] SMALLDATETIME NULL,
        [RunID] VARCHAR(40) COLLATE Latin1_General_BIN2 NOT NULL,
        [StartedAt] DATETIME NOT NULL,
        [SettledAt] DATETIME NULL,
        [CreditID] INTEGER NULL,
        PRIMARY KEY ([PaymentTryID])
    );
    CREATE INDEX [xlpy_PaymentTry_Record] ON dbo.xlpy_PaymentTry ([RecordID]);
END;
GO

IF OBJECT_ID('dbo.xlpy_Posting', 'U') IS NULL
BEGIN
    CREATE TABLE dbo.xlpy_Posting (
        [PostingID] INTEGER NOT NULL IDENTITY,
        [ManageHost] NVARCHAR(255) NOT NULL,
        [ManageCompany] NVARCHAR(60) NOT NULL,
        [CpnyID] VARCHAR(10) NOT NULL,
        [Kind] VARCHAR(12) NOT NULL,
        [RecordID] VARCHAR(100) COLLATE Latin1_General_BIN2 NOT NULL,
        [Generation] INTEGER NOT NULL,
        [BatchIdentifier] NVARCHAR(60) NOT NULL,
        [Number] NVARCHAR(100) NOT NULL,
        [Amount] FLOAT(53) NOT NULL,
        [Currency] VARCHAR(4) NOT NULL,
        [LinesHash] VARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
        [EntryIDs] VARCHAR(max) NOT NULL,
        [PlanHash] VARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
        [State] VARCHAR(10) NOT NULL,
        [RunID] VARCHAR(40) COLLATE Latin1_General_BIN2 NOT NULL,
        [PostedAt] DATETIME NOT NULL,
        [PostedBy] NVARCHAR(100) NOT NULL,
        [PostedHost] NVARCHAR(100) NOT NULL,
        [ManageBatchID] INTEGER NULL,
        [ClosedAt] DATETIME NULL,
        [StateAt] DATETIME NULL,
        [StateBy] NVARCHAR(100) NULL,
        [StateHost] NVARCHAR(100) NULL,
        PRIMARY KEY ([PostingID]),
        CONSTRAINT [xlpy_Posting_Once] UNIQUE ([ManageHost], [ManageCompany], [Kind], [RecordID], [Generation])
    );
    CREATE INDEX [xlpy_Posting_Batch] ON dbo.xlpy_Posting ([BatchIdentifier]);
    CREATE INDEX [xlpy_Posting_Run] ON dbo.xlpy_Posting ([RunID]);
    CREATE INDEX [xlpy_Posting_State] ON dbo.xlpy_Posting ([State], [ClosedAt]);
END;
GO

IF OBJECT_ID('dbo.xlpy_Rule', 'U') IS NULL
BEGIN
    CREATE TABLE dbo.xlpy_Rule (
        [RuleName] VARCHAR(20) NOT NULL,
        [RuleValue] VARCHAR(20) NOT NULL,
        [SetAt] DATETIME NOT NULL,
        PRIMARY KEY ([RuleName])
    );
END;
GO

IF OBJECT_ID('dbo.xlpy_Settlement', 'U') IS NULL
BEGIN
    CREATE TABLE dbo.xlpy_Settlement (
        [SettlementID] INTEGER NOT NULL IDENTITY,
        [ManageHost] NVARCHAR(255) NOT NULL,
        [ManageCompany] NVARCHAR(60) NOT NULL,
        [CpnyID] VARCHAR(10) NOT NULL,
        [RecordID] VARCHAR(100) COLLATE Latin1_General_BIN2 NOT NULL,
        [CustId] VARCHAR(15) NOT NULL,
        [DocType] VARCHAR(2) NOT NULL,
        [RefNbr] VARCHAR(10) NOT NULL,
        [CuryDocBal] FLOAT(53) NOT NULL,
        [OpenDoc] INTEGER NOT NULL,
        [PaidInManage] FLOAT(53) NOT NULL,
        [SeenAt] DATETIME NOT NULL,
        [RunID] VARCHAR(40) COLLATE Latin1_General_BIN2 NOT NULL,
        PRIMARY KEY ([SettlementID]),
        CONSTRAINT [xlpy_Settlement_Once] UNIQUE ([ManageHost], [ManageCompany], [RecordID])
    );
    CREATE INDEX [xlpy_Settlement_Doc] ON dbo.xlpy_Settlement ([CustId], [DocType], [RefNbr]);
END;
GO

IF OBJECT_ID('dbo.xlpy_SyncRun', 'U') IS NULL
BEGIN
    CREATE TABLE dbo.xlpy_SyncRun (
        [SyncRunID] INTEGER NOT NULL IDENTITY,
        [ManageHost] NVARCHAR(255) NOT NULL,
        [ManageCompany] NVARCHAR(60) NOT NULL,
        [CpnyID] VARCHAR(10) NOT NULL,
        [RunID] VARCHAR(40) COLLATE Latin1_General_BIN2 NOT NULL,
        [StartedAt] DATETIME NOT NULL,
        [FinishedAt] DATETIME NULL,
        [RunBy] NVARCHAR(100) NOT NULL,
        [RunHost] NVARCHAR(100) NOT NULL,
        [Succeeded] INTEGER NOT NULL,
        [LastAdjustID] INTEGER NULL,
        PRIMARY KEY ([SyncRunID])
    );
    CREATE INDEX [xlpy_SyncRun_Company] ON dbo.xlpy_SyncRun ([CpnyID], [FinishedAt]);
END;
GO

IF OBJECT_ID('dbo.xlpy_Version', 'U') IS NULL
BEGIN
    CREATE TABLE dbo.xlpy_Version (
        [SchemaVersion] INTEGER NOT NULL,
        [InstalledAt] DATETIME NOT NULL,
        PRIMARY KEY ([SchemaVersion])
    );
END;
GO

IF OBJECT_ID('dbo.xlpy_Approval', 'U') IS NULL
BEGIN
    CREATE TABLE dbo.xlpy_Approval (
        [ApprovalID] INTEGER NOT NULL IDENTITY,
        [RequestID] INTEGER NOT NULL,
        [PlanHash] VARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
        [PreparedLogin] NVARCHAR(128) NOT NULL,
        [PreparedBy] NVARCHAR(100) NOT NULL,
        [ApprovedLogin] NVARCHAR(128) NOT NULL,
        [ApprovedBy] NVARCHAR(100) NOT NULL,
        [ApprovedHost] NVARCHAR(100) NOT NULL,
        [ApprovedAt] DATETIME NOT NULL,
        PRIMARY KEY ([ApprovalID]),
        CONSTRAINT [xlpy_Approval_Once] UNIQUE ([RequestID]),
        CONSTRAINT [xlpy_Approval_Request] FOREIGN KEY([RequestID], [PlanHash], [PreparedLogin], [PreparedBy]) REFERENCES dbo.xlpy_ApprovalRequest ([RequestID], [PlanHash], [PreparedLogin], [PreparedBy]),
        CONSTRAINT [xlpy_Approval_TwoLogins] CHECK (UPPER(ApprovedLogin) <> UPPER(PreparedLogin)),
        CONSTRAINT [xlpy_Approval_TwoUsers] CHECK (UPPER(ApprovedBy) <> UPPER(PreparedBy)),
        CONSTRAINT [xlpy_Approval_Own] CHECK (UPPER(ApprovedLogin) = UPPER(ORIGINAL_LOGIN()))
    );
END;
GO

IF OBJECT_ID('dbo.xlpy_PostingDoc', 'U') IS NULL
BEGIN
    CREATE TABLE dbo.xlpy_PostingDoc (
        [PostingDocID] INTEGER NOT NULL IDENTITY,
        [PostingID] INTEGER NOT NULL,
        [Part] VARCHAR(10) NOT NULL,
        [Module] VARCHAR(2) NOT NULL,
        [BatNbr] VARCHAR(10) NOT NULL,
        [DocType] VARCHAR(2) NOT NULL,
        [RefNbr] VARCHAR(15) NOT NULL,
        [Amount] FLOAT(53) NOT NULL,
        [RowsHash] VARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
        PRIMARY KEY ([PostingDocID]),
        CONSTRAINT [xlpy_PostingDoc_Posting] FOREIGN KEY([PostingID]) REFERENCES dbo.xlpy_Posting ([PostingID])
    );
    CREATE INDEX [xlpy_PostingDoc_Doc] ON dbo.xlpy_PostingDoc ([Module], [BatNbr], [DocType], [RefNbr]);
    CREATE INDEX [xlpy_PostingDoc_Posting] ON dbo.xlpy_PostingDoc ([PostingID]);
END;
GO

IF COL_LENGTH('dbo.xlpy_Posting', 'StateAt') IS NULL
    ALTER TABLE dbo.xlpy_Posting ADD StateAt DATETIME NULL;
GO

IF COL_LENGTH('dbo.xlpy_Posting', 'StateBy') IS NULL
    ALTER TABLE dbo.xlpy_Posting ADD StateBy NVARCHAR(100) NULL;
GO

IF COL_LENGTH('dbo.xlpy_Posting', 'StateHost') IS NULL
    ALTER TABLE dbo.xlpy_Posting ADD StateHost NVARCHAR(100) NULL;
GO

IF COL_LENGTH('dbo.xlpy_SyncRun', 'LastAdjustID') IS NULL
    ALTER TABLE dbo.xlpy_SyncRun ADD LastAdjustID INTEGER NULL;
GO

IF COL_LENGTH('dbo.xlpy_Payment', 'PaymentDate') IS NULL
    ALTER TABLE dbo.xlpy_Payment ADD PaymentDate SMALLDATETIME NULL;
GO

IF COL_LENGTH('dbo.xlpy_Payment', 'ChangedAt') IS NULL
    ALTER TABLE dbo.xlpy_Payment ADD ChangedAt DATETIME NULL;
GO

IF COL_LENGTH('dbo.xlpy_Payment', 'RemovedAt') IS NULL
    ALTER TABLE dbo.xlpy_Payment ADD RemovedAt DATETIME NULL;
GO

IF COL_LENGTH('dbo.xlpy_Payment', 'CreditID') IS NULL
    ALTER TABLE dbo.xlpy_Payment ADD CreditID INTEGER NULL;
GO

IF COL_LENGTH('dbo.xlpy_PaymentTry', 'CreditID') IS NULL
    ALTER TABLE dbo.xlpy_PaymentTry ADD CreditID INTEGER NULL;
GO

IF DATABASE_PRINCIPAL_ID('xlpy_user') IS NULL
    CREATE ROLE xlpy_user;
GO

IF OBJECT_ID('dbo.Account') IS NOT NULL GRANT SELECT ON dbo.Account TO xlpy_user;
IF OBJECT_ID('dbo.ARAdjust') IS NOT NULL GRANT SELECT ON dbo.ARAdjust TO xlpy_user;
IF OBJECT_ID('dbo.ARDoc') IS NOT NULL GRANT SELECT ON dbo.ARDoc TO xlpy_user;
IF OBJECT_ID('dbo.ARSetup') IS NOT NULL GRANT SELECT ON dbo.ARSetup TO xlpy_user;
IF OBJECT_ID('dbo.ARTran') IS NOT NULL GRANT SELECT ON dbo.ARTran TO xlpy_user;
IF OBJECT_ID('dbo.AR_Balances') IS NOT NULL GRANT SELECT ON dbo.AR_Balances TO xlpy_user;
IF OBJECT_ID('dbo.APDoc') IS NOT NULL GRANT SELECT ON dbo.APDoc TO xlpy_user;
IF OBJECT_ID('dbo.APRefNbr') IS NOT NULL GRANT SELECT ON dbo.APRefNbr TO xlpy_user;
IF OBJECT_ID('dbo.APSetup') IS NOT NULL GRANT SELECT ON dbo.APSetup TO xlpy_user;
IF OBJECT_ID('dbo.APTran') IS NOT NULL GRANT SELECT ON dbo.APTran TO xlpy_user;
IF OBJECT_ID('dbo.Batch') IS NOT NULL GRANT SELECT ON dbo.Batch TO xlpy_user;
IF OBJECT_ID('dbo.CMSetup') IS NOT NULL GRANT SELECT ON dbo.CMSetup TO xlpy_user;
IF OBJECT_ID('dbo.Country') IS NOT NULL GRANT SELECT ON dbo.Country TO xlpy_user;
IF OBJECT_ID('dbo.CuryRate') IS NOT NULL GRANT SELECT ON dbo.CuryRate TO xlpy_user;
IF OBJECT_ID('dbo.Currncy') IS NOT NULL GRANT SELECT ON dbo.Currncy TO xlpy_user;
IF OBJECT_ID('dbo.CustClass') IS NOT NULL GRANT SELECT ON dbo.CustClass TO xlpy_user;
IF OBJECT_ID('dbo.Customer') IS NOT NULL GRANT SELECT ON dbo.Customer TO xlpy_user;
IF OBJECT_ID('dbo.FlexDef') IS NOT NULL GRANT SELECT ON dbo.FlexDef TO xlpy_user;
IF OBJECT_ID('dbo.GLSetup') IS NOT NULL GRANT SELECT ON dbo.GLSetup TO xlpy_user;
IF OBJECT_ID('dbo.GLTran') IS NOT NULL GRANT SELECT ON dbo.GLTran TO xlpy_user;
IF OBJECT_ID('dbo.INSetup') IS NOT NULL GRANT SELECT ON dbo.INSetup TO xlpy_user;
IF OBJECT_ID('dbo.INTran') IS NOT NULL GRANT SELECT ON dbo.INTran TO xlpy_user;
IF OBJECT_ID('dbo.INUnit') IS NOT NULL GRANT SELECT ON dbo.INUnit TO xlpy_user;
IF OBJECT_ID('dbo.Inventory') IS NOT NULL GRANT SELECT ON dbo.Inventory TO xlpy_user;
IF OBJECT_ID('dbo.InventoryADG') IS NOT NULL GRANT SELECT ON dbo.InventoryADG TO xlpy_user;
IF OBJECT_ID('dbo.ItemSite') IS NOT NULL GRANT SELECT ON dbo.ItemSite TO xlpy_user;
IF OBJECT_ID('dbo.Ledger') IS NOT NULL GRANT SELECT ON dbo.Ledger TO xlpy_user;
IF OBJECT_ID('dbo.Location') IS NOT NULL GRANT SELECT ON dbo.Location TO xlpy_user;
IF OBJECT_ID('dbo.LocTable') IS NOT NULL GRANT SELECT ON dbo.LocTable TO xlpy_user;
IF OBJECT_ID('dbo.ProductClass') IS NOT NULL GRANT SELECT ON dbo.ProductClass TO xlpy_user;
IF OBJECT_ID('dbo.RefNbr') IS NOT NULL GRANT SELECT ON dbo.RefNbr TO xlpy_user;
IF OBJECT_ID('dbo.SalesTax') IS NOT NULL GRANT SELECT ON dbo.SalesTax TO xlpy_user;
IF OBJECT_ID('dbo.Site') IS NOT NULL GRANT SELECT ON dbo.Site TO xlpy_user;
IF OBJECT_ID('dbo.SlsTaxGrp') IS NOT NULL GRANT SELECT ON dbo.SlsTaxGrp TO xlpy_user;
IF OBJECT_ID('dbo.SOAddress') IS NOT NULL GRANT SELECT ON dbo.SOAddress TO xlpy_user;
IF OBJECT_ID('dbo.State') IS NOT NULL GRANT SELECT ON dbo.State TO xlpy_user;
IF OBJECT_ID('dbo.SubAcct') IS NOT NULL GRANT SELECT ON dbo.SubAcct TO xlpy_user;
IF OBJECT_ID('dbo.Terms') IS NOT NULL GRANT SELECT ON dbo.Terms TO xlpy_user;
IF OBJECT_ID('dbo.TrnsfrDoc') IS NOT NULL GRANT SELECT ON dbo.TrnsfrDoc TO xlpy_user;
IF OBJECT_ID('dbo.VendClass') IS NOT NULL GRANT SELECT ON dbo.VendClass TO xlpy_user;
IF OBJECT_ID('dbo.Vendor') IS NOT NULL GRANT SELECT ON dbo.Vendor TO xlpy_user;
IF OBJECT_ID('dbo.vs_accessdetrights') IS NOT NULL GRANT SELECT ON dbo.vs_accessdetrights TO xlpy_user;
IF OBJECT_ID('dbo.vs_AcctSub') IS NOT NULL GRANT SELECT ON dbo.vs_AcctSub TO xlpy_user;
IF OBJECT_ID('dbo.vs_AcctXref') IS NOT NULL GRANT SELECT ON dbo.vs_AcctXref TO xlpy_user;
IF OBJECT_ID('dbo.vs_company') IS NOT NULL GRANT SELECT ON dbo.vs_company TO xlpy_user;
IF OBJECT_ID('dbo.vs_subxref') IS NOT NULL GRANT SELECT ON dbo.vs_subxref TO xlpy_user;
IF OBJECT_ID('dbo.vs_usergrp') IS NOT NULL GRANT SELECT ON dbo.vs_usergrp TO xlpy_user;
IF OBJECT_ID('dbo.vs_userrec') IS NOT NULL GRANT SELECT ON dbo.vs_userrec TO xlpy_user;
IF OBJECT_ID('dbo.ARTran') IS NOT NULL GRANT INSERT ON dbo.ARTran TO xlpy_user;
IF OBJECT_ID('dbo.ARDoc') IS NOT NULL GRANT INSERT ON dbo.ARDoc TO xlpy_user;
IF OBJECT_ID('dbo.RefNbr') IS NOT NULL GRANT INSERT ON dbo.RefNbr TO xlpy_user;
IF OBJECT_ID('dbo.APTran') IS NOT NULL GRANT INSERT ON dbo.APTran TO xlpy_user;
IF OBJECT_ID('dbo.APDoc') IS NOT NULL GRANT INSERT ON dbo.APDoc TO xlpy_user;
IF OBJECT_ID('dbo.APRefNbr') IS NOT NULL GRANT INSERT ON dbo.APRefNbr TO xlpy_user;
IF OBJECT_ID('dbo.INTran') IS NOT NULL GRANT INSERT ON dbo.INTran TO xlpy_user;
IF OBJECT_ID('dbo.TrnsfrDoc') IS NOT NULL GRANT INSERT ON dbo.TrnsfrDoc TO xlpy_user;
IF OBJECT_ID('dbo.GLTran') IS NOT NULL GRANT INSERT ON dbo.GLTran TO xlpy_user;
IF OBJECT_ID('dbo.Batch') IS NOT NULL GRANT INSERT ON dbo.Batch TO xlpy_user;
IF OBJECT_ID('dbo.Customer') IS NOT NULL GRANT INSERT ON dbo.Customer TO xlpy_user;
IF OBJECT_ID('dbo.SOAddress') IS NOT NULL GRANT INSERT ON dbo.SOAddress TO xlpy_user;
IF OBJECT_ID('dbo.AR_Balances') IS NOT NULL GRANT INSERT ON dbo.AR_Balances TO xlpy_user;
IF OBJECT_ID('dbo.Vendor') IS NOT NULL GRANT INSERT ON dbo.Vendor TO xlpy_user;
IF OBJECT_ID('dbo.Inventory') IS NOT NULL GRANT INSERT ON dbo.Inventory TO xlpy_user;
IF OBJECT_ID('dbo.InventoryADG') IS NOT NULL GRANT INSERT ON dbo.InventoryADG TO xlpy_user;
IF OBJECT_ID('dbo.INUnit') IS NOT NULL GRANT INSERT ON dbo.INUnit TO xlpy_user;
IF OBJECT_ID('dbo.ARTran') IS NOT NULL GRANT DELETE ON dbo.ARTran TO xlpy_user;
IF OBJECT_ID('dbo.ARDoc') IS NOT NULL GRANT DELETE ON dbo.ARDoc TO xlpy_user;
IF OBJECT_ID('dbo.RefNbr') IS NOT NULL GRANT DELETE ON dbo.RefNbr TO xlpy_user;
IF OBJECT_ID('dbo.APTran') IS NOT NULL GRANT DELETE ON dbo.APTran TO xlpy_user;
IF OBJECT_ID('dbo.APDoc') IS NOT NULL GRANT DELETE ON dbo.APDoc TO xlpy_user;
IF OBJECT_ID('dbo.APRefNbr') IS NOT NULL GRANT DELETE ON dbo.APRefNbr TO xlpy_user;
IF OBJECT_ID('dbo.INTran') IS NOT NULL GRANT DELETE ON dbo.INTran TO xlpy_user;
IF OBJECT_ID('dbo.TrnsfrDoc') IS NOT NULL GRANT DELETE ON dbo.TrnsfrDoc TO xlpy_user;
IF OBJECT_ID('dbo.GLTran') IS NOT NULL GRANT DELETE ON dbo.GLTran TO xlpy_user;
IF OBJECT_ID('dbo.Batch') IS NOT NULL GRANT DELETE ON dbo.Batch TO xlpy_user;
IF OBJECT_ID('dbo.ARSetup') IS NOT NULL GRANT UPDATE ON dbo.ARSetup (LastBatNbr) TO xlpy_user;
IF OBJECT_ID('dbo.APSetup') IS NOT NULL GRANT UPDATE ON dbo.APSetup (LastBatNbr, LastRefNbr) TO xlpy_user;
IF OBJECT_ID('dbo.INSetup') IS NOT NULL GRANT UPDATE ON dbo.INSetup (LastBatNbr, LstTrnsfrDocNbr) TO xlpy_user;
IF OBJECT_ID('dbo.GLSetup') IS NOT NULL GRANT UPDATE ON dbo.GLSetup (LastBatNbr) TO xlpy_user;
IF OBJECT_ID('dbo.Location') IS NOT NULL GRANT UPDATE ON dbo.Location (QtyAllocIN, QtyAvail) TO xlpy_user;
GRANT SELECT, INSERT ON dbo.xlpy_ApprovalRequest TO xlpy_user;
DENY UPDATE, DELETE ON dbo.xlpy_ApprovalRequest TO xlpy_user;
GRANT SELECT, INSERT ON dbo.xlpy_Audit TO xlpy_user;
DENY UPDATE, DELETE ON dbo.xlpy_Audit TO xlpy_user;
GRANT SELECT, INSERT, UPDATE ON dbo.xlpy_Lock TO xlpy_user;
DENY DELETE ON dbo.xlpy_Lock TO xlpy_user;
GRANT SELECT, INSERT, UPDATE ON dbo.xlpy_Payment TO xlpy_user;
DENY DELETE ON dbo.xlpy_Payment TO xlpy_user;
GRANT SELECT, INSERT, UPDATE ON dbo.xlpy_PaymentTry TO xlpy_user;
DENY DELETE ON dbo.xlpy_PaymentTry TO xlpy_user;
GRANT SELECT, INSERT, UPDATE ON dbo.xlpy_Posting TO xlpy_user;
DENY DELETE ON dbo.xlpy_Posting TO xlpy_user;
GRANT SELECT ON dbo.xlpy_Rule TO xlpy_user;
DENY UPDATE, DELETE ON dbo.xlpy_Rule TO xlpy_user;
GRANT SELECT, INSERT, UPDATE ON dbo.xlpy_Settlement TO xlpy_user;
DENY DELETE ON dbo.xlpy_Settlement TO xlpy_user;
GRANT SELECT, INSERT, UPDATE ON dbo.xlpy_SyncRun TO xlpy_user;
DENY DELETE ON dbo.xlpy_SyncRun TO xlpy_user;
GRANT SELECT ON dbo.xlpy_Version TO xlpy_user;
DENY UPDATE, DELETE ON dbo.xlpy_Version TO xlpy_user;
GRANT SELECT, INSERT ON dbo.xlpy_Approval TO xlpy_user;
DENY UPDATE, DELETE ON dbo.xlpy_Approval TO xlpy_user;
GRANT SELECT, INSERT ON dbo.xlpy_PostingDoc TO xlpy_user;
DENY UPDATE, DELETE ON dbo.xlpy_PostingDoc TO xlpy_user;
GO

IF NOT EXISTS (SELECT 1 FROM dbo.xlpy_Version WHERE SchemaVersion = 4)
    INSERT INTO dbo.xlpy_Version (SchemaVersion, InstalledAt) VALUES (4, GETDATE());
GO

SET NOEXEC OFF;
GO
