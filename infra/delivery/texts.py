"""Settings of text messages that belong to the whole account, which CloudFormation cannot set."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


def tell_fate(sns: SNSClient, log_role: str) -> None:
    """Have SNS log, with this role, what becomes of every text message; texts are transactional by default."""
    sns.set_sms_attributes(
        attributes={
            "DeliveryStatusIAMRole": log_role,
            "DeliveryStatusSuccessSamplingRate": "100",
            "DefaultSMSType": "Transactional",
        }
    )
