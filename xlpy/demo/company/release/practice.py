"""The demo company's release inside somebody's transaction, as SL's procedures behave there.

A release that gives up after its checks (message 8888) and one that violates a key end the whole transaction, as
``ROLLBACK TRANSACTION`` in a procedure does; the message is then written in a new one.
"""

from __future__ import annotations

from sqlalchemy import Connection, insert

from xlpy.demo.company.release.run import release_within
from xlpy.demo.company.tables import table


def release_in_transaction(connection: Connection, module: str, bat_nbr: str, address: str, user: str) -> None:
    """Release a batch; its messages are in WrkReleaseBad under ``address``."""
    result = release_within(connection, module, bat_nbr, user, address)
    if not result.undone:
        return
    driver = connection.connection.dbapi_connection
    if driver is not None:
        driver.rollback()
    connection.exec_driver_sql("BEGIN")
    for message in result.messages:
        connection.execute(
            insert(table("WrkReleaseBad")).values(
                BatNbr=bat_nbr, Module=module, MsgID=message.msg_id, UserAddress=address
            )
        )
