"""Officers: a password and a second factor, short tokens, and nobody writes their own collar number."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from infra.layers.target import ROOT
from tests.infra.template import Assembly


def console(assembly: Assembly) -> dict[str, Any]:
    clients = assembly.identity.properties("AWS::Cognito::UserPoolClient")
    (found,) = [client for id_, client in clients.items() if "Console" in id_]
    return found


def federated(assembly: Assembly) -> dict[str, Any]:
    clients = assembly.identity.properties("AWS::Cognito::UserPoolClient")
    (found,) = [client for id_, client in clients.items() if "Federated" in id_]
    return found


def test_a_second_factor_is_required_and_it_is_no_text_message(prod: Assembly) -> None:
    pool = prod.identity.only("AWS::Cognito::UserPool")
    assert pool["MfaConfiguration"] == "ON"
    assert pool["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]


def test_nobody_signs_up_or_recovers_an_account_by_themselves(prod: Assembly) -> None:
    pool = prod.identity.only("AWS::Cognito::UserPool")
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert pool["AccountRecoverySetting"] == {"RecoveryMechanisms": [{"Name": "admin_only", "Priority": 1}]}


def test_stolen_passwords_are_refused(prod: Assembly) -> None:
    pool = prod.identity.only("AWS::Cognito::UserPool")
    assert pool["UserPoolAddOns"] == {"AdvancedSecurityMode": "ENFORCED"}
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] == 14


def test_the_roles_are_groups(prod: Assembly) -> None:
    groups = {group["GroupName"] for group in prod.identity.properties("AWS::Cognito::UserPoolGroup").values()}
    assert groups == {"officer", "supervisor", "advocate", "analyst", "admin"}


def test_the_console_signs_in_with_a_password_and_nothing_weaker(prod: Assembly) -> None:
    client = console(prod)
    assert set(client["ExplicitAuthFlows"]) == {"ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}
    assert client["PreventUserExistenceErrors"] == "ENABLED"
    assert client["GenerateSecret"] is False
    assert client["AllowedOAuthFlowsUserPoolClient"] is False


def test_a_stolen_token_is_worth_a_quarter_of_an_hour(prod: Assembly) -> None:
    client = console(prod)
    assert client["TokenValidityUnits"] == {"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "minutes"}
    assert (client["AccessTokenValidity"], client["IdTokenValidity"]) == (15, 15)
    assert client["RefreshTokenValidity"] == 12 * 60
    assert client["EnableTokenRevocation"] is True


def test_an_officer_cannot_change_what_a_transcript_says_about_them(prod: Assembly) -> None:
    client = console(prod)
    assert set(client["ReadAttributes"]) == {"name", "custom:collar", "custom:force"}
    assert client["WriteAttributes"] == ["locale"]


def test_federated_tokens_cannot_be_used_to_change_attributes(synthesised: Callable[[str], Assembly]) -> None:
    client = federated(synthesised("federated"))
    assert client["AllowedOAuthFlows"] == ["code"]
    assert "aws.cognito.signin.user.admin" not in client["AllowedOAuthScopes"]


def test_cognito_may_write_what_federation_maps(synthesised: Callable[[str], Assembly]) -> None:
    for variant in ("federated", "oidc"):
        provider = synthesised(variant).identity.only("AWS::Cognito::UserPoolIdentityProvider")
        assert set(provider["AttributeMapping"]) <= set(federated(synthesised(variant))["WriteAttributes"])


def test_the_console_asks_for_the_scopes_that_its_client_may_have(synthesised: Callable[[str], Assembly]) -> None:
    source = (ROOT / "web_widget/src/console/federation.ts").read_text(encoding="utf-8")
    (asked,) = re.findall(r'scope: "([^"]+)"', source)
    assert asked.split() == federated(synthesised("federated"))["AllowedOAuthScopes"]


def test_federation_maps_all_that_a_token_must_say_of_an_officer(synthesised: Callable[[str], Assembly]) -> None:
    for variant, kind, mapping in (
        ("federated", "SAML", {"name": "displayName", "custom:collar": "collarNumber", "custom:force": "forceId"}),
        ("oidc", "OIDC", {"name": "name", "custom:collar": "collar", "custom:force": "force"}),
    ):
        provider = synthesised(variant).identity.only("AWS::Cognito::UserPoolIdentityProvider")
        assert provider["ProviderType"] == kind
        assert provider["AttributeMapping"] == mapping


def test_the_identity_providers_secret_is_in_no_template(synthesised: Callable[[str], Assembly]) -> None:
    provider = synthesised("oidc").identity.only("AWS::Cognito::UserPoolIdentityProvider")
    secret = provider["ProviderDetails"]["client_secret"]
    assert secret == "{{resolve:secretsmanager:eastshire-sso:SecretString:::}}"
