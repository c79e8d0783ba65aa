"""Who the officers are: a Cognito user pool, by password and TOTP, or by the force's own identity provider."""

from __future__ import annotations

from typing import Final

from aws_cdk import CfnOutput, Duration, RemovalPolicy, SecretValue, Stack
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from infra.config.settings import OidcFederation, SamlFederation, Settings

ROLES: Final = {
    "officer": "Answers conversations",
    "supervisor": "Sees and takes over the conversations of others",
    "advocate": "Partner charity: sees what its role says",
    "analyst": "Sees figures, no conversation",
    "admin": "Manages officers and settings, no conversation",
}
"""Group name → what it is for."""

COLLAR: Final = "collar"
FORCE: Final = "force"


class HarbourIdentity(Stack):
    """The pool and its clients.

    Nobody can change their own name, collar number or force: they are what a sealed transcript says about who
    answered. So the client may read these attributes and write none that matters.

    Attributes
    ----------
    pool, client
        For the other stacks.
    """

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings, **stack: object) -> None:
        """Create them; ``stack`` goes to `Stack`."""
        super().__init__(scope, construct_id, **stack)  # type: ignore[arg-type]
        self._settings = settings
        self.pool = self._pool()
        for name, description in ROLES.items():
            cognito.CfnUserPoolGroup(
                self,
                f"Group{name.title()}",
                user_pool_id=self.pool.user_pool_id,
                group_name=name,
                description=description,
            )
        self.client = self._client()
        CfnOutput(self, "OfficerPoolId", value=self.pool.user_pool_id)
        CfnOutput(self, "OfficerClientId", value=self.client.user_pool_client_id)
        if settings.federation is not None:
            self._federate(settings.federation)

    def _pool(self) -> cognito.UserPool:
        return cognito.UserPool(
            self,
            "Officers",
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(username=True),
            sign_in_case_sensitive=False,
            mfa=cognito.Mfa.REQUIRED,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            password_policy=cognito.PasswordPolicy(
                min_length=14,
                require_lowercase=True,
                require_uppercase=True,
                require_digits=True,
                require_symbols=True,
                temp_password_validity=Duration.days(3),
                password_history_size=10,
            ),
            account_recovery=cognito.AccountRecovery.NONE,
            feature_plan=cognito.FeaturePlan.PLUS,
            standard_threat_protection_mode=cognito.StandardThreatProtectionMode.FULL_FUNCTION,
            standard_attributes=cognito.StandardAttributes(
                fullname=cognito.StandardAttribute(required=True, mutable=True)
            ),
            custom_attributes={
                COLLAR: cognito.StringAttribute(min_len=1, max_len=20, mutable=True),
                FORCE: cognito.StringAttribute(min_len=1, max_len=40, mutable=True),
            },
            deletion_protection=self._settings.keep,
            removal_policy=RemovalPolicy.RETAIN if self._settings.keep else RemovalPolicy.DESTROY,
        )

    def _readable(self) -> cognito.ClientAttributes:
        return cognito.ClientAttributes().with_standard_attributes(fullname=True).with_custom_attributes(COLLAR, FORCE)

    def _client(self) -> cognito.UserPoolClient:
        return self.pool.add_client(
            "Console",
            auth_flows=cognito.AuthFlow(user_password=True),
            generate_secret=False,
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            # a refresh lasts one shift; a stolen token, a quarter of an hour
            auth_session_validity=Duration.minutes(3),
            access_token_validity=Duration.minutes(15),
            id_token_validity=Duration.minutes(15),
            refresh_token_validity=Duration.hours(12),
            read_attributes=self._readable(),
            # an empty list would mean "all"; the language of the pages is harmless
            write_attributes=cognito.ClientAttributes().with_standard_attributes(locale=True),
            disable_o_auth=True,
            supported_identity_providers=[cognito.UserPoolClientIdentityProvider.COGNITO],
        )

    def _federate(self, federation: SamlFederation | OidcFederation) -> None:
        """A second client for sign-in by the force's identity provider.

        Cognito writes mapped attributes with the client's own rights, so this client may write them; its tokens
        have no scope that would let an officer do the same.
        """
        provider = self._saml(federation) if isinstance(federation, SamlFederation) else self._oidc(federation)
        domain = self.pool.add_domain(
            "SignIn", cognito_domain=cognito.CognitoDomainOptions(domain_prefix=self._settings.prefix)
        )
        client = self.pool.add_client(
            "Federated",
            generate_secret=False,
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            access_token_validity=Duration.minutes(15),
            id_token_validity=Duration.minutes(15),
            refresh_token_validity=Duration.hours(12),
            read_attributes=self._readable(),
            write_attributes=self._readable(),
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[cognito.OAuthScope.OPENID, cognito.OAuthScope.PROFILE],
                callback_urls=list(self._settings.callback_urls),
                logout_urls=list(self._settings.callback_urls),
            ),
            supported_identity_providers=[cognito.UserPoolClientIdentityProvider.custom(provider.provider_name)],
        )
        client.node.add_dependency(provider)
        CfnOutput(self, "FederatedClientId", value=client.user_pool_client_id)
        CfnOutput(self, "SignInDomain", value=domain.base_url())

    def _saml(self, federation: SamlFederation) -> cognito.UserPoolIdentityProviderSaml:
        return cognito.UserPoolIdentityProviderSaml(
            self,
            "Saml",
            user_pool=self.pool,
            metadata=cognito.UserPoolIdentityProviderSamlMetadata.url(federation.metadata_url),
            attribute_mapping=cognito.AttributeMapping(
                fullname=cognito.ProviderAttribute.other(federation.name_attribute),
                custom={
                    f"custom:{COLLAR}": cognito.ProviderAttribute.other(federation.collar_attribute),
                    f"custom:{FORCE}": cognito.ProviderAttribute.other(federation.force_attribute),
                },
            ),
        )

    def _oidc(self, federation: OidcFederation) -> cognito.UserPoolIdentityProviderOidc:
        return cognito.UserPoolIdentityProviderOidc(
            self,
            "Oidc",
            user_pool=self.pool,
            issuer_url=federation.issuer,
            client_id=federation.client_id,
            # resolved by CloudFormation when it deploys; the secret is in no template
            client_secret=SecretValue.secrets_manager(federation.client_secret_name).unsafe_unwrap(),
            scopes=["openid", "profile"],
            attribute_mapping=cognito.AttributeMapping(
                fullname=cognito.ProviderAttribute.other(federation.name_claim),
                custom={
                    f"custom:{COLLAR}": cognito.ProviderAttribute.other(federation.collar_claim),
                    f"custom:{FORCE}": cognito.ProviderAttribute.other(federation.force_claim),
                },
            ),
        )
