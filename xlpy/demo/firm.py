"""The firm of the demo: what the demo Manage site and the demo SL company agree on, and where they do not.

Harbor & Pine is an IT service firm in Tampa with an office in Berlin's time zone: managed services, projects, some
hardware. Its books are in US dollars; one customer is billed in euros and one in pounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

COMPANY_ID = "HPIT"
COMPANY_NAME = "Harbor & Pine IT Services"
MANAGE_COMPANY = "harborpine"
BASE_CURRENCY = "USD"
FOREIGN_CURRENCIES = {"EUR": 2, "GBP": 2, "JPY": 0}
PERIOD = "202610"  # current period of every module
NEXT_PERIOD = "202611"
CLOSED_PERIOD = "202609"  # below the modules' PerNbr
THROUGH_DATE = date(2026, 10, 31)
FIRST_DATE = date(2026, 10, 1)
SL_USER = "KMORALES"
LEDGER_ID = "ACTUAL"

# Subaccount: department (3) and office (2), stored without separators.
SUB_SEGMENTS = (3, 2)
DEPARTMENTS = {"000": "Balance sheet", "100": "Managed services", "200": "Projects", "300": "Hardware"}
OFFICES = {"00": "All", "TP": "Tampa", "OR": "Orlando"}
LOCATIONS = {2: ("Tampa", "TP"), 3: ("Orlando", "OR")}  # Manage location id → name, office segment

# Account → (description, SL AcctType)
ACCOUNTS = {
    "1010": ("Operating bank", "1A"),
    "1100": ("Accounts receivable", "1A"),
    "1110": ("Accounts receivable, foreign", "1A"),
    "1400": ("Inventory", "1A"),
    "2000": ("Accounts payable", "2L"),
    "2200": ("State sales tax payable", "2L"),
    "2210": ("County sales tax payable", "2L"),
    "2220": ("City sales tax payable", "2L"),
    "2230": ("District taxes payable", "2L"),
    "2240": ("VAT payable", "2L"),
    "2300": ("Customer deposits", "2L"),
    "3800": ("Retained earnings", "2L"),
    "3900": ("Year-to-date net income", "2L"),
    "4000": ("Managed services revenue", "3I"),
    "4100": ("Project revenue", "3I"),
    "4200": ("Hardware and licence revenue", "3I"),
    "4300": ("Expenses billed", "3I"),
    "4900": ("Discounts given", "3I"),
    "5200": ("Cost of goods sold", "4E"),
    "6100": ("Travel", "4E"),
}
SUSPENSE_ACCOUNT = "000000"
INACTIVE_ACCOUNT = "4400"  # in SL, but not active: a planted mistake


@dataclass(frozen=True, slots=True)
class FirmTerms:
    """Billing terms on both sides. ``discount``: percent within ``discount_days``."""

    manage_id: int
    name: str
    days: int
    sl_id: str
    discount: Decimal = Decimal(0)
    discount_days: int = 0


TERMS = (
    FirmTerms(1, "Net 15", 15, "15"),
    FirmTerms(3, "Net 30", 30, "30"),
    FirmTerms(4, "2% 10, Net 30", 30, "2T", Decimal(2), 10),
    FirmTerms(5, "Due on receipt", 0, "00"),
)


@dataclass(frozen=True, slots=True)
class FirmTax:
    """A tax of SL: ``rate`` in percent."""

    tax_id: str
    descr: str
    rate: Decimal
    account: str


TAXES = (
    FirmTax("FLSTATE", "Florida state tax", Decimal(6), "2200"),
    FirmTax("HILLCTY", "Hillsborough county tax", Decimal(1), "2210"),
    FirmTax("ORNGCTY", "Orange county tax", Decimal("0.5"), "2210"),
    FirmTax("TAMPACITY", "Tampa city tax", Decimal("0.5"), "2220"),
    FirmTax("PORTDIST", "Port district tax", Decimal("0.25"), "2230"),
    FirmTax("TRANSIT", "Transit tax", Decimal("0.15"), "2230"),
    FirmTax("TOURISM", "Tourism tax", Decimal("0.1"), "2230"),
    FirmTax("DEVAT19", "German VAT", Decimal(19), "2240"),
    FirmTax("UKVAT20", "UK VAT", Decimal(20), "2240"),
)


@dataclass(frozen=True, slots=True)
class FirmTaxCode:
    """A tax code of Manage = an SL group: agency (SL tax id) of each level, from level 1."""

    manage_id: int
    code: str
    descr: str
    agencies: tuple[str, ...]


TAX_CODES = (
    FirmTaxCode(11, "FL-HILL", "Hillsborough", ("FLSTATE", "HILLCTY")),
    FirmTaxCode(12, "FL-ORNG", "Orange", ("FLSTATE", "ORNGCTY")),
    FirmTaxCode(
        13,
        "FL-PORT",
        "Port of Tampa, six levels",
        ("FLSTATE", "HILLCTY", "TAMPACITY", "PORTDIST", "TRANSIT", "TOURISM"),
    ),
    FirmTaxCode(14, "DE-VAT", "Germany", ("DEVAT19",)),
    FirmTaxCode(15, "UK-VAT", "United Kingdom", ("UKVAT20",)),
)

RATE_TYPE = "SPOT"
# Document currency → (effective date, rate to base, MultDiv)
RATES = {
    "EUR": ((date(2026, 9, 30), Decimal("1.0842"), "M"), (date(2026, 10, 15), Decimal("1.0917"), "M")),
    "GBP": ((date(2026, 9, 30), Decimal("1.2764"), "M"), (date(2026, 10, 15), Decimal("1.2801"), "M")),
    "JPY": ((date(2026, 9, 30), Decimal("149.25"), "D"),),
}


@dataclass(frozen=True, slots=True)
class FirmCustomer:
    """A company of Manage. ``account``: its Account there; ``in_sl``: whether SL has the customer."""

    manage_id: int
    identifier: str
    name: str
    account: str
    city: str
    state: str = "FL"
    country: str = "US"
    currency: str = "USD"
    terms: str = "30"
    tax_code: str = "FL-HILL"
    in_sl: bool = True


CUSTOMERS = (
    FirmCustomer(250, "Acme", "Acme Marine Supply", "ACME01", "Tampa"),
    FirmCustomer(251, "BayDental", "Bay Dental Group", "BAYDEN", "Tampa", terms="15"),
    FirmCustomer(252, "CityTampa", "City of Tampa Parks", "CTAMPA", "Tampa", tax_code=""),
    FirmCustomer(253, "DeltaLog", "Delta Logistics", "DELTA1", "Orlando", tax_code="FL-ORNG", terms="2T"),
    FirmCustomer(254, "EvergreenLaw", "Evergreen Law, P.A.", "EVERGR", "Tampa"),
    FirmCustomer(255, "FischerKG", "Fischer & Söhne KG", "FISCHE", "Hamburg", "", "DE", "EUR", "30", "DE-VAT"),
    FirmCustomer(256, "GulfHotels", "Gulf Hotels & Resorts", "GULFHO", "Tampa", tax_code="FL-PORT"),
    FirmCustomer(257, "HollyClinic", "Holly Street Clinic", "HOLLY1", "Tampa", terms="00"),
    FirmCustomer(258, "InkPress", "Ink & Press Printing", "INKPRE", "Orlando", tax_code="FL-ORNG"),
    FirmCustomer(259, "JonesDoe", "Jones, Doe & Partners", "JONES1", "Tampa", terms="15"),
    FirmCustomer(260, "KestrelUK", "Kestrel Aviation Ltd", "KESTRE", "Bristol", "", "GB", "GBP", "30", "UK-VAT"),
    FirmCustomer(261, "LakeSchool", "Lakeside Charter School", "LAKESC", "Orlando", tax_code=""),
    FirmCustomer(262, "Muñoz", "Muñoz Construcción", "MUNOZ1", "Tampa", in_sl=False),
    FirmCustomer(263, "NovaStart", "Nova Startup Lab", "", "Tampa", in_sl=False),
    FirmCustomer(264, "OrlandoAero", "Orlando Aero Works", "ORLAER", "Orlando", tax_code="FL-ORNG", in_sl=False),
)

# Planted mistakes: what the demo's user finds on the check sheet and mends, the way a user would.
#  1. NovaStart has no Account in Manage: she types NOVA01 on the company's finance page (SL then gets the customer).
#  2. Account 4400 is inactive in SL's chart: she activates it (01.260).
#  3. Tax id TRANSIT is missing in SL: she adds it (21.280 Tax Maintenance) and to the group FL-PORT.
#  4. Terms "Due on receipt" have no Xref in Manage: she types 00.
#  5. An Avalara invoice, and two of a closed period: she deselects them (Deselect problem rows).
# With expenses:
#  6. Ravi Patel has no Vendor Nbr in Manage: she types E-RPATEL (System > Members).
#  7. A few expenses were paid by the company (company card, an advance) or are personal: the profile needs a
#     company-paid account for the first ones; a personal one is deselected.
# With procurement:
#  8. Cable Works has no Vendor XRef in Manage: she types CABLEW on the company's finance page.
#  9. The warehouse Orlando has no Location Xref in Manage: she types ORL (Procurement > Warehouses).
# 10. Blue Light's invoice BL-5531 was typed for two receipts of different orders: she deselects the second.
COMPANY_WITHOUT_ACCOUNT = 263
ACCOUNT_TO_GIVE = "NOVA01"
TERMS_WITHOUT_XREF = 5
TAX_MISSING_IN_SL = "TRANSIT"
DEFAULT_CUSTOMER_CLASS = "STD"
MEMBER_WITHOUT_VENDOR = 32
VENDOR_NUMBER_TO_GIVE = "E-RPATEL"
COMPANY_PAID_ACCOUNT = "2050:00000"  # account and sub of the profile's company_paid_account
VENDOR_WITHOUT_XREF = 7
VENDOR_XREF_TO_GIVE = "CABLEW"
WAREHOUSE_WITHOUT_XREF = 2
LOCATION_XREF_TO_GIVE = "ORL"
DOUBLE_VENDOR_INVOICE = "BL-5531"


@dataclass(frozen=True, slots=True)
class FirmVendor:
    """A vendor company of Manage. ``vendor_id``: its Vendor XRef there (the SL vendor)."""

    manage_id: int
    identifier: str
    name: str
    vendor_id: str
    city: str = "Tampa"
    state: str = "FL"
    country: str = "US"
    currency: str = "USD"
    terms: str = "30"
    in_sl: bool = True


VENDORS = (
    FirmVendor(6, "BlueLight", "Blue Light Distribution", "BLUEL1"),
    FirmVendor(7, "CableWorks", "Cable Works Inc.", "CABLEW"),
    FirmVendor(8, "DataEuro", "Data Euro Handels GmbH", "DATAEU", "Berlin", "", "DE", "EUR"),
    FirmVendor(9, "EagleParts", "Eagle Parts Supply", "EAGLEP", in_sl=False),
)


@dataclass(frozen=True, slots=True)
class FirmMember:
    """A member of Manage. ``vendor_id``: the Vendor Nbr there."""

    manage_id: int
    identifier: str
    first_name: str
    last_name: str
    vendor_id: str
    in_sl: bool = True


MEMBERS = (
    FirmMember(31, "JDoe", "Jane", "Doe", "E-JDOE"),
    FirmMember(32, "RPatel", "Ravi", "Patel", "E-RPATEL"),
    FirmMember(33, "SNuñez", "Sofía", "Núñez", "E-SNUNEZ"),
    FirmMember(34, "TKlein", "Tom", "Klein", "E-TKLEIN", in_sl=False),
)


@dataclass(frozen=True, slots=True)
class FirmItem:
    """A product of the catalog. ``xref``: its Integration XRef, the SL item."""

    manage_id: int
    identifier: str
    descr: str
    xref: str
    product_class: str
    cost: Decimal
    price: Decimal
    in_sl: bool = True


ITEMS = (
    FirmItem(743, "PATCH10", "Patch cable 10 ft", "PATCH10", "Inventory", Decimal("1.25"), Decimal("7.00")),
    FirmItem(754, "SWITCH24", "24-port switch", "SWITCH24", "Inventory", Decimal("180.00"), Decimal("289.00")),
    FirmItem(755, "UPS1500", "UPS 1500 VA", "UPS1500", "Inventory", Decimal("212.50"), Decimal("345.00")),
    FirmItem(756, "DOCK-C", "USB-C dock", "DOCK-C", "Inventory", Decimal("96.40"), Decimal("159.00"), in_sl=False),
    FirmItem(757, "LIC365", "Office licence, month", "", "NonInventory", Decimal("9.90"), Decimal("12.50")),
    FirmItem(758, "ONSITE", "On-site setup", "", "Service", Decimal(0), Decimal("95.00")),
)

# Warehouse: Manage id → (name, SL site); bins: Manage id → (name, warehouse, SL bin).
WAREHOUSES = {1: ("Tampa", "TPA"), 2: ("Orlando", "ORL")}
BINS = {2: ("Main", 1, "MAIN"), 3: ("Shelf B", 1, "SHELFB"), 9: ("Van 3", 2, "VAN3"), 10: ("Main O", 2, "MAINO")}
UNITS = {13: ("Each", "EA"), 14: ("Box", "BOX")}  # Manage id → (name, SL unit)
BOX_OF = 10  # a box holds ten
ON_HAND = Decimal(40)  # of each item of SL, in the main bin of each site
DEFAULT_VENDOR_CLASS = "STD"
DEFAULT_ITEM_CLASS = "HW"
# Further accounts of payables and inventory, with their SL AcctType
ACCOUNTS.update(
    {
        "1250": ("Purchase tax receivable", "1A"),
        "1450": ("Inventory in transit", "1A"),
        "2010": ("Accounts payable, members", "2L"),
        "2050": ("Company cards", "2L"),
        "5300": ("Freight in", "4E"),
        "5400": ("Non-stock purchases", "4E"),
        "5900": ("Inventory adjustments", "4E"),
        "6150": ("Meals", "4E"),
        "6200": ("Mileage", "4E"),
    }
)
# Accounts of payments
ACCOUNTS.update(
    {
        "4950": ("Small credits written off", "3I"),
        "4960": ("Exchange gain, realised", "3I"),
        "6800": ("Small balances written off", "4E"),
        "6810": ("Exchange loss, realised", "4E"),
    }
)
