"""No key, password or client id in anything that somebody could read."""

from __future__ import annotations

import base64
import traceback

import pytest

from xlpy.errors import ManageError, ManageRefused, ManageSpokeNonsense, XlpyError
from xlpy.profile.credentials import ManageSecrets, manage_secrets

API = "/v4_6_release/apis/3.0"
INFO = f"{API}/system/info"
TOKEN = {"publicKey": "TokenPublicKey", "privateKey": "TokenPrivateKey", "expiration": "2020-01-01T00:00:00Z"}
CLIENT_ID = "11111111-2222-3333-4444-555555555555"
HIDDEN = (
    "PublicKeyOfTests",
    "PrivateKeyOfTests",
    "PasswordOfTests",
    "TokenPublicKey",
    "TokenPrivateKey",
    CLIENT_ID,
    base64.b64encode(b"acme+PublicKeyOfTests:PrivateKeyOfTests").decode(),
    base64.b64encode(b"acme+robot:PasswordOfTests").decode(),
    base64.b64encode(b"acme+TokenPublicKey:TokenPrivateKey").decode(),
)


def assert_clean(text: str) -> None:
    for secret in HIDDEN:
        assert secret not in text


def echo(reply):
    """A proxy's error page that repeats the call with its headers."""

    def page(call):
        lines = "\n".join(f"{name}: {value}" for name, value in call.headers.items())
        body = "\n".join(("<html>Blocked call", lines, str(call.body), *HIDDEN))
        return reply(body.encode(), 400)

    return page


@pytest.mark.parametrize("member", [False, True])
def test_an_answer_that_repeats_our_headers_shows_nothing(stub, open_client, reply, caplog, member):
    caplog.set_level("DEBUG")
    stub.on("POST", f"{API}/system/members/JDoe/tokens", TOKEN)
    client = open_client(public_key="" if member else "PublicKeyOfTests", member="JDoe", integrator="robot")
    secret_parts = [s for s in HIDDEN if member or not s.startswith("Token")]
    lines = "\n".join(secret_parts)
    for answer in (echo(reply), reply({"message": lines}, 403), reply(lines), reply(lines.encode())):
        stub.on("GET", INFO, answer)
        with pytest.raises(ManageError) as raised:
            client.info()
        shown = "".join(traceback.format_exception(raised.value)) + repr(raised.value) + str(vars(raised.value))
        own = [s for s in HIDDEN if s in _known(member)]
        assert own
        for secret in own:
            assert secret not in shown
            assert secret not in caplog.text
    assert isinstance(raised.value, ManageSpokeNonsense)


def _known(member: bool) -> tuple[str, ...]:
    """What this way to log in holds: the other one's secrets are only words to it."""
    if member:
        return (*HIDDEN[2:6], *HIDDEN[7:])
    return (*HIDDEN[:2], HIDDEN[5], HIDDEN[6])


def test_every_kind_of_failure_is_logged_without_secrets(stub, open_client, reply, caplog):
    caplog.set_level("DEBUG")
    stub.on("POST", f"{API}/system/members/JDoe/tokens", TOKEN, reply(drop=True), TOKEN)
    client = open_client(public_key="", member="JDoe", integrator="robot")
    answers = [reply(b"x", 429), reply(drop=True), reply({"message": "no"}, 403)]
    stub.on("GET", INFO, *answers)
    for _ in range(3):
        try:
            client.info()
        except XlpyError as error:
            assert_clean("".join(traceback.format_exception(error)))
    assert "xlpy.manage" in {record.name for record in caplog.records}
    assert_clean(caplog.text)
    assert_clean(" ".join(repr(record.__dict__) for record in caplog.records if record.name.startswith("xlpy")))


def test_printing_a_client_or_its_secrets_shows_neither(client, transport, secrets):
    for thing in (client, transport, secrets, [client], {"a": secrets}):
        assert_clean(repr(thing))
        assert_clean(str(thing))
        assert_clean(f"{thing}")
    assert repr(secrets) == "ManageSecrets(private_key: set, integrator_password: set)"
    assert repr(ManageSecrets()) == "ManageSecrets(private_key: missing, integrator_password: missing)"


def test_a_client_id_that_is_no_header_is_not_repeated(open_client):
    with pytest.raises(XlpyError) as refused:
        open_client(client_id=f"{CLIENT_ID}\nX: y")
    assert_clean(str(refused.value))


def test_secrets_come_from_the_environment():
    env = {"XLPY_MANAGE_PRIVATE_KEY": " key\n", "XLPY_MANAGE_INTEGRATOR_PASSWORD": "pass word\r\n"}
    assert manage_secrets(env) == ManageSecrets("key", "pass word")
    assert manage_secrets({}) == ManageSecrets()


def test_secrets_come_from_this_users_environment(monkeypatch):
    monkeypatch.setenv("XLPY_MANAGE_PRIVATE_KEY", "key of the user")
    assert manage_secrets().private_key == "key of the user"


# -- member impersonation ------------------------------------------------------------------------------------------


@pytest.fixture
def as_member(open_client):
    return open_client(public_key="", member="J Doe/x", integrator="robot")


TOKENS = f"{API}/system/members/J%20Doe%2Fx/tokens"


def test_a_token_is_fetched_as_the_integrator_and_used_as_the_member(stub, as_member):
    stub.on("POST", TOKENS, {**TOKEN, "expiration": "2999-01-01T00:00:00Z"})
    as_member.info()
    as_member.info()
    (asked,) = stub.served(TOKENS)
    assert asked.headers["x-cw-usertype"] == "integrator"
    assert asked.headers["authorization"].endswith(HIDDEN[7])
    assert asked.headers["clientid"] == CLIENT_ID
    assert asked.body == {"memberIdentifier": "J Doe/x"}
    for call in stub.served(INFO):
        assert call.headers["x-cw-usertype"] == "member"
        assert call.headers["authorization"].endswith(HIDDEN[8])


@pytest.mark.parametrize("expiration", ["2020-01-01T00:00:00Z", "2020-01-01T00:00:00", "2020-01-01T00:00:00+00:00"])
def test_a_token_that_is_over_is_fetched_anew(stub, as_member, expiration):
    stub.on("POST", TOKENS, {**TOKEN, "expiration": expiration})
    as_member.info()
    as_member.info()
    assert len(stub.served(TOKENS)) == 2


@pytest.mark.parametrize("expiration", [None, "", "soon", "2999-01-01T00:00:00"])
def test_a_token_of_unknown_life_is_used_until_it_is_refused(stub, as_member, reply, expiration):
    stub.on("POST", TOKENS, {**TOKEN, "expiration": expiration})
    as_member.info()
    stub.on("GET", INFO, reply({"message": "UserNotAuthenticated"}, 401), {"version": "v1"})
    assert as_member.info().version == "v1"
    assert len(stub.served(TOKENS)) == 2


def test_a_member_who_is_refused_again_is_told_so(stub, as_member, reply):
    stub.on("POST", TOKENS, {**TOKEN, "expiration": "2999-01-01T00:00:00Z"})
    stub.on("GET", INFO, reply({"message": "UserNotAuthenticated"}, 401))
    with pytest.raises(ManageRefused):
        as_member.info()
    assert len(stub.served(INFO)) == 2
    assert len(stub.served(TOKENS)) == 2


def test_a_login_that_is_refused_is_not_tried_again(stub, as_member, reply):
    stub.on("POST", TOKENS, reply({"message": "UserNotAuthenticated"}, 401))
    with pytest.raises(ManageRefused) as refused:
        as_member.info()
    assert refused.value.status == 401
    assert len(stub.served(TOKENS)) == 1
    assert stub.served(INFO) == []


@pytest.mark.parametrize("token", [None, [], {}, {"publicKey": "a"}, {"publicKey": "", "privateKey": "b"}])
def test_an_answer_without_keys_is_no_token(stub, as_member, token):
    stub.on("POST", TOKENS, token)
    with pytest.raises(ManageSpokeNonsense, match="without the keys"):
        as_member.info()
