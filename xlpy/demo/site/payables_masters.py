"""The master records that expenses and procurement need: vendors, members, warehouses, units, expense types."""

from __future__ import annotations

from collections.abc import Iterator

from xlpy.demo import firm
from xlpy.demo.site.door.answers import Json
from xlpy.demo.site.payables_records import NON_REIMBURSABLE, PERSONAL, REIMBURSABLE

PAYABLE = "2000"
PAYABLE_MEMBERS = "2010"
PURCHASE_TAX = "1250"
INVENTORY = "1400:000:00"
IN_TRANSIT = "1450:000:00"
COST_OF_GOODS = "5200:300:TP"
NON_STOCK = "5400:300:TP"
FREIGHT = "5300:300:TP"
ADJUSTMENTS = "5900:300:TP"

MILEAGE, MEALS, TRAVEL = 4, 5, 6
EXPENSE_ACCOUNTS = {MILEAGE: "6200", MEALS: "6150", TRAVEL: "6100"}
_EXPENSE_TYPES = {MILEAGE: "Mileage", MEALS: "Meals", TRAVEL: "Travel"}
CLASSIFICATIONS = {REIMBURSABLE: 1, NON_REIMBURSABLE: 2, PERSONAL: 3}
OWN_CARD, COMPANY_CARD = 1, 2
_PAYMENT_TYPES = {OWN_CARD: "Own card", COMPANY_CARD: "Company card"}
CHARGE_CODES = {3: "Training", 4: "Office"}
# The people who close invoices; the firm's members with expenses have ids of their own.
CLERKS = ((21, "KMorales", "Karen", "Morales"), (22, "TBecker", "Tom", "Becker"), (23, "AOkafor", "Ada", "Okafor"))
_VENDOR_CITIES = {"Tampa": "33605", "Berlin": "10115"}


def members(*, mistakes: bool) -> dict[int, Json]:
    """Return the members by id; with ``mistakes`` one has no Vendor Nbr."""
    rows = {number: _member(number, identifier, first, last, "") for number, identifier, first, last in CLERKS}
    for member in firm.MEMBERS:
        missing = mistakes and member.manage_id == firm.MEMBER_WITHOUT_VENDOR
        rows[member.manage_id] = _member(
            member.manage_id,
            member.identifier,
            member.first_name,
            member.last_name,
            "" if missing else member.vendor_id,
        )
    return rows


def member_reference(member: Json) -> Json:
    """Return the reference to a member."""
    name = f"{member['firstName']} {member['lastName']}"
    return {"id": member["id"], "identifier": member["identifier"], "name": name}


def vendor(row: firm.FirmVendor, country: Json, currency: Json, *, mistakes: bool) -> Json:
    """Return a vendor as the company it is. Its Account is our number with the vendor, which is no SL vendor id."""
    number = row.manage_id
    terms = next(t for t in firm.TERMS if t.sl_id == row.terms)
    record: Json = {
        "id": number,
        "identifier": row.identifier,
        "name": row.name,
        "status": {"id": 1, "name": "Active"},
        "addressLine1": f"{number * 11} Dock Street",
        "city": row.city,
        "zip": _VENDOR_CITIES[row.city],
        "country": country,
        "phoneNumber": f"813555{2000 + number}",
        "website": f"{row.vendor_id.lower()}.example",
        "accountNumber": f"HP-{4000 + number}",
        "defaultContact": {"id": 4000 + number, "name": f"Orders of {row.identifier}"},
        "billingTerms": {"id": terms.manage_id, "name": terms.name},
        "billToCompany": {"id": number, "identifier": row.identifier, "name": row.name},
        "billingContact": {"id": 4000 + number, "name": f"Orders of {row.identifier}"},
        "deletedFlag": False,
        "currency": currency,
        "isVendorFlag": True,
        "types": [{"id": 3, "name": "Vendor"}],
        "site": {"id": 7000 + number, "name": "Main"},
        "_info": {"lastUpdated": "2026-09-14T15:21:07Z", "updatedBy": "KMorales"},
    }
    if row.state:
        record["state"] = row.state
    if not (mistakes and number == firm.VENDOR_WITHOUT_XREF):
        record["vendorIdentifier"] = row.vendor_id
    return record


def vendor_site(company: Json) -> Json:
    """Return the one site of a vendor."""
    copied = ("addressLine1", "city", "zip", "country", "phoneNumber")
    return {
        **company["site"],
        **{name: company[name] for name in copied},
        "primaryAddressFlag": True,
        "inactiveFlag": False,
        "company": company["billToCompany"],
    }


def warehouses(*, mistakes: bool) -> dict[int, Json]:
    """Return the warehouses by id; with ``mistakes`` one has no Location Xref."""
    rows: dict[int, Json] = {}
    for number, (name, site_id) in firm.WAREHOUSES.items():
        rows[number] = {
            "id": number,
            "name": name,
            "location": location_reference(location_of_warehouse(number)),
            "department": {"id": 30, "identifier": "300", "name": firm.DEPARTMENTS["300"]},
            "locationDefaultFlag": True,
            "overallDefaultFlag": number == 1,
            "inactiveFlag": False,
            "lockedFlag": False,
        }
        if not (mistakes and number == firm.WAREHOUSE_WITHOUT_XREF):
            rows[number]["locationXref"] = site_id
    return rows


def location_of_warehouse(warehouse_id: int) -> int:
    """Return the Manage location of a warehouse: the one of the same name."""
    name = firm.WAREHOUSES[warehouse_id][0]
    return next(number for number, (known, _) in firm.LOCATIONS.items() if known == name)


def location_reference(location_id: int) -> Json:
    """Return the reference to a location."""
    return {"id": location_id, "name": firm.LOCATIONS[location_id][0]}


def bins() -> dict[int, Json]:
    """Return the bins by id."""
    return {
        number: {
            "id": number,
            "name": name,
            "warehouse": warehouse_reference(warehouse),
            "location": location_reference(location_of_warehouse(warehouse)),
            "defaultFlag": name.startswith("Main"),
            "inactiveFlag": False,
            "quantityOnHand": None,
        }
        for number, (name, warehouse, _) in firm.BINS.items()
    }


def warehouse_reference(warehouse_id: int) -> Json:
    """Return the reference to a warehouse."""
    return {"id": warehouse_id, "name": firm.WAREHOUSES[warehouse_id][0], "lockedFlag": False}


def bin_reference(bin_id: int) -> Json:
    """Return the reference to a bin."""
    return {"id": bin_id, "name": firm.BINS[bin_id][0]}


def main_bin(location_id: int) -> int:
    """Return the main bin of a location's warehouse."""
    return next(
        number
        for number, (name, warehouse, _) in firm.BINS.items()
        if name.startswith("Main") and location_of_warehouse(warehouse) == location_id
    )


def warehouse_of_bin(bin_id: int) -> int:
    """Return the warehouse that a bin is in."""
    return firm.BINS[bin_id][1]


def units() -> dict[int, Json]:
    """Return the units of measure by id; terabytes, in which backups are sold, have no cross-reference."""
    terabytes: Json = {"id": 15, "name": "TB", "inactiveFlag": False, "defaultFlag": False}
    return {
        number: {
            "id": number,
            "name": name,
            "inactiveFlag": False,
            "defaultFlag": xref == "EA",
            "uomScheduleXref": xref,
        }
        for number, (name, xref) in firm.UNITS.items()
    } | {15: terabytes}


def unit_reference(unit_id: int) -> Json:
    """Return the reference to a unit of measure."""
    return {"id": unit_id, "name": firm.UNITS[unit_id][0]}


def unit_conversions() -> dict[int, list[Json]]:
    """Return how many of the base unit each unit holds."""
    each, *others = firm.UNITS
    conversions: dict[int, list[Json]] = {each: [], 15: []}
    for number in others:
        conversions[number] = [
            {
                "id": number * 10,
                "quantity": firm.BOX_OF,
                "uomType": unit_reference(each),
                "parentUOM": unit_reference(number),
            }
        ]
    return conversions


def product_types() -> dict[int, Json]:
    """Return the product types with the cross-references that the package knows."""
    names = (
        ("Inventory Part", "InventoryPart"),
        ("Non-Inventory Part", "NonInventoryPart"),
        ("Service", "Service"),
        ("Other Charge", "OtherCharge"),
    )
    return {
        number: {"id": number, "name": name, "inactiveFlag": False, "typeXref": xref, "defaultFlag": number == 1}
        for number, (name, xref) in enumerate(names, start=1)
    }


def expense_types() -> dict[int, Json]:
    """Return the expense types by id."""
    return {
        number: {
            "id": number,
            "name": name,
            "amountCaption": "Miles" if number == MILEAGE else "Amount",
            "billExpenses": "Billable",
            "invoiceMarkupOption": "Amount",
            "advancedAmountFlag": number == TRAVEL,
            "mileageFlag": number == MILEAGE,
            "inactiveFlag": False,
        }
        for number, name in _EXPENSE_TYPES.items()
    }


def expense_type_reference(type_id: int) -> Json:
    """Return the reference to an expense type."""
    return {"id": type_id, "name": _EXPENSE_TYPES[type_id]}


def classifications() -> dict[int, Json]:
    """Return the classifications of expenses by id."""
    return {
        number: {
            "id": number,
            "name": name,
            "defaultFlag": name == REIMBURSABLE,
            "companyFlag": name == NON_REIMBURSABLE,
            "employeeFlag": name != NON_REIMBURSABLE,
        }
        for name, number in CLASSIFICATIONS.items()
    }


def classification_reference(name: str) -> Json:
    """Return the reference to a classification."""
    return {"id": CLASSIFICATIONS[name], "name": name}


def payment_types() -> dict[int, Json]:
    """Return the payment methods of expenses by id."""
    return {
        number: {
            "id": number,
            "name": name,
            "classification": classification_reference(REIMBURSABLE if number == OWN_CARD else NON_REIMBURSABLE),
            "defaultFlag": number == OWN_CARD,
            "companyFlag": number == COMPANY_CARD,
        }
        for number, name in _PAYMENT_TYPES.items()
    }


def payment_reference(method_id: int) -> Json:
    """Return the reference to a payment method."""
    return {"id": method_id, "name": _PAYMENT_TYPES[method_id]}


def gl_rows() -> Iterator[tuple[str, str, str, str]]:
    """Yield GL type, account, mapped type and record of every account that expenses and procurement use."""
    yield "P", PAYABLE, "Accounts Payable", "Vendors"
    yield "EO", PAYABLE_MEMBERS, "Expense Offset", "Members"
    yield "PT", PURCHASE_TAX, "Purchase Tax", "All levels"
    yield "PF", FREIGHT, "Freight", "All"
    yield "IA", ADJUSTMENTS, "Adjustment Type", "Cycle count"
    yield "IT", INVENTORY, "Warehouse", "All"
    yield "IT", IN_TRANSIT, "Warehouse", "Transfers"
    yield "RP", NON_STOCK, "Product Category", "Not in stock"
    for number, account in EXPENSE_ACCOUNTS.items():
        for department in ("100", "200", "300"):
            for _, office in firm.LOCATIONS.values():
                name = f"{_EXPENSE_TYPES[number]}, {firm.DEPARTMENTS[department]}"
                for gl_type in ("EE", "EI"):
                    yield gl_type, f"{account}:{department}:{office}", "Expense Type", name


def _member(number: int, identifier: str, first: str, last: str, vendor_number: str) -> Json:
    record: Json = {
        "id": number,
        "identifier": identifier,
        "licenseClass": "F",
        "firstName": first,
        "lastName": last,
        "hireDate": "2021-02-01T00:00:00Z",
        "officeEmail": f"member{number}@harborpine.example",
        "primaryEmail": f"member{number}@harborpine.example",
        "defaultEmail": "Office",
        "defaultPhone": "Office",
        "securityRole": {"id": 63, "name": "Admin"},
        "inactiveFlag": False,
        "disableOnlineFlag": None,
        "title": "Consultant",
        "dailyCapacity": 8,
        "defaultLocation": location_reference(min(firm.LOCATIONS)),
        "_info": {"lastUpdated": "2026-08-03T09:00:00Z", "updatedBy": "KMorales"},
    }
    if vendor_number:
        record["vendorNumber"] = vendor_number
    return record
