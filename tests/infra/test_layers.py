"""What runs in Lambda, as it is uploaded: the zips for this machine's own interpreter are built and opened."""

from __future__ import annotations

import importlib.util
import io
import json
import marshal
import subprocess
import sys
import zipfile
from pathlib import Path

import botocore.session
import pytest

from infra.layers import FUNCTIONS, LAYERS, BuiltAssets, Target, TargetUnavailableError
from infra.layers.build import REQUIREMENTS
from infra.layers.bytecode import is_unchecked_hash
from infra.layers.vendor import BOTOCORE_SERVICES, REGIONS, cut_endpoints

NAMES = [*(f"layer {name}" for name in LAYERS), *(f"function {name}" for name in FUNCTIONS)]


@pytest.fixture(scope="session")
def assets() -> BuiltAssets:
    return BuiltAssets(Target.this_machine())


def zipped(assets: BuiltAssets, name: str) -> zipfile.ZipFile:
    kind, _, which = name.partition(" ")
    return zipfile.ZipFile(assets.layer(which) if kind == "layer" else assets.function(which))


def bytecode_of(module: str) -> str:
    path = Path(module)
    return (path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.pyc").as_posix()


@pytest.mark.parametrize("name", NAMES)
def test_every_module_has_bytecode_that_is_never_compared_with_its_date(assets: BuiltAssets, name: str) -> None:
    with zipped(assets, name) as archive:
        files = set(archive.namelist())
        modules = {file for file in files if file.endswith(".py")}
        assert {bytecode_of(module) for module in modules} == {file for file in files if file.endswith(".pyc")}
        for module in modules:
            bytecode = archive.read(bytecode_of(module))
            assert is_unchecked_hash(bytecode), module
            assert bytecode[:4] == importlib.util.MAGIC_NUMBER, module


@pytest.mark.parametrize("name", NAMES)
def test_bytecode_names_the_path_in_lambda_and_not_the_one_it_was_built_in(assets: BuiltAssets, name: str) -> None:
    with zipped(assets, name) as archive:
        file = next(file for file in archive.namelist() if file.endswith(".pyc"))
        code = marshal.load(io.BytesIO(archive.read(file)[16:]))  # noqa: S302 - our own build
    place = "/opt/python/" if name.startswith("layer") else "/var/task/"
    assert code.co_filename.startswith(place)


def test_what_did_not_change_is_not_built_again(assets: BuiltAssets) -> None:
    first = assets.function("chat")
    before = first.stat().st_mtime_ns
    assert BuiltAssets(Target.this_machine()).function("chat") == first
    assert first.stat().st_mtime_ns == before


def test_equal_sources_give_equal_bytes(assets: BuiltAssets, tmp_path: Path) -> None:
    again = BuiltAssets(Target.this_machine(), tmp_path).function("timers")
    assert again.read_bytes() == assets.function("timers").read_bytes()


def test_of_chalice_only_the_runtime_is_shipped(assets: BuiltAssets) -> None:
    with zipped(assets, "layer vendor") as archive:
        modules = {name for name in archive.namelist() if name.startswith("python/chalice/") and name.endswith(".py")}
    assert modules == {"python/chalice/__init__.py", "python/chalice/app.py"}


def test_of_botocore_only_the_services_in_use_are_shipped(assets: BuiltAssets) -> None:
    prefix = "python/botocore/data/"
    with zipped(assets, "layer vendor") as archive:
        data = [name.removeprefix(prefix) for name in archive.namelist() if name.startswith(prefix)]
    assert {name.split("/")[0] for name in data if "/" in name} == set(BOTOCORE_SERVICES)
    assert not [name for name in data if name.endswith(".gz")]


@pytest.mark.parametrize("service", BOTOCORE_SERVICES)
@pytest.mark.parametrize("region", REGIONS)
def test_the_cut_table_of_endpoints_finds_the_same_addresses(service: str, region: str) -> None:
    from botocore.regions import EndpointResolver

    table = botocore.session.get_session().get_data("endpoints")
    prefix = botocore.session.get_session().get_service_model(service).endpoint_prefix
    whole = EndpointResolver(table).construct_endpoint(prefix, region)
    assert EndpointResolver(cut_endpoints(table)).construct_endpoint(prefix, region) == whole


def test_every_client_works_from_the_shipped_packages_alone(assets: BuiltAssets, tmp_path: Path) -> None:
    with zipped(assets, "layer vendor") as archive:
        archive.extractall(tmp_path)
    script = f"""
import boto3, json
names = {list(BOTOCORE_SERVICES)!r}
print(json.dumps({{n: boto3.client(n, region_name='eu-west-2', aws_access_key_id='x',
      aws_secret_access_key='x').meta.endpoint_url for n in names}}))
import chalice, pydantic, rfc8785, aws_lambda_powertools
"""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(tmp_path / 'python')!r})\n{script}"],
        capture_output=True,
        text=True,
        check=True,
    )
    shipped = json.loads(done.stdout.splitlines()[0])
    session = botocore.session.get_session()
    session.set_credentials("x", "x")
    expected = {
        name: session.create_client(name, region_name="eu-west-2").meta.endpoint_url for name in BOTOCORE_SERVICES
    }
    assert shipped == expected


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_builds_all_its_parts_from_what_is_uploaded_alone(
    assets: BuiltAssets, tmp_path: Path, name: str
) -> None:
    """Its zip, its layers, and nothing that this machine happens to have, not even time zones: the composition root is
    built to the end."""
    layers = ["harbour", "vendor", *(["render"] if name == "transcripts" else [])]
    layers += ["casework"] if name in _PORTAL else []
    for part in (*(f"layer {layer}" for layer in layers), f"function {name}"):
        with zipped(assets, part) as archive:
            archive.extractall(tmp_path)
    script = f"""
import sys, zoneinfo
zoneinfo.reset_tzpath(to=())
sys.path[:0] = [{str(tmp_path)!r}, {str(tmp_path / "python")!r}]
import app
from harbour import bootstrap
{"from harbour import casework" if name in _PORTAL else ""}
{_PARTS[name]}
outside = [m.__file__ for m in list(sys.modules.values())
           if "site-packages" in (getattr(m, "__file__", None) or "")]
assert not outside, outside[:3]
"""
    environment = {
        "AWS_DEFAULT_REGION": "eu-west-2",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "POWERTOOLS_SERVICE_NAME": name,
        "HARBOUR_FONTS": str(tmp_path / "fonts"),
        **{f"HARBOUR_{setting}": value for setting, value in _SETTINGS.items()},
    }
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]


_PARTS = {
    "authorizer": "bootstrap.tickets()",
    "chat": "bootstrap.conversations(); bootstrap.delivery(); bootstrap.translation()",
    "visitor": "bootstrap.entrance(); bootstrap.desk()",
    "console": "bootstrap.desk(); import harbour.aws.evidence_store",
    "timers": "bootstrap.watch(); bootstrap.muster()",
    "translations": "bootstrap.late_translations()",
    "transcripts": "app.service(); import harbour.evidence.verify",
    "webhooks": "casework.intake(); casework.notify_callbacks()",
    "updates": "casework.updates()",
    "notifier": "casework.notifications()",
    "receipts": "casework.receipts()",
    "link": "casework.link()",
    "deadlines": "casework.deadlines()",
    "sign_in": "casework.sign_in(); casework.proofs(); casework.sessions()",
    "oversight": "casework.oversight()",
    "portal": "casework.portal(); casework.contact_plans(); bootstrap.translation(); bootstrap.entrance()",
}

_PORTAL = _PARTS.keys() - {"authorizer", "chat", "visitor", "console", "timers", "translations", "transcripts"}

_SETTINGS = {
    "TABLE": "t",
    "FORCE": "eastshire",
    "EVENT_BUS": "bus",
    "SOCKET_ENDPOINT": "https://ab12cd34ef.execute-api.eu-west-2.amazonaws.com/socket",
    "EVIDENCE_BUCKET": "evidence",
    "SIGNING_KEY": "arn:aws:kms:eu-west-2:123456789012:key/0",
    "SEAL_RETENTION_DAYS": "1",
    "VERSION": "test",
    "LATE_TRANSLATION_QUEUE_URL": "https://sqs.eu-west-2.amazonaws.com/123456789012/late",
    "TERMINOLOGY": "glossary",
    "OFFICER_POOL": "eu-west-2_Officers1",
    "CASES": "c",
    "ENVIRONMENT": "prod",
    "EARLIEST": "08:00",
    "LATEST": "20:00",
    "MERGE_SECONDS": "30",
    "PER_DAY": "10",
    "UPDATES_QUEUE_URL": "https://sqs.eu-west-2.amazonaws.com/123456789012/updates.fifo",
    "NOTIFY_QUEUE_URL": "https://sqs.eu-west-2.amazonaws.com/123456789012/notify",
    "RECEIPTS_QUEUE_URL": "https://sqs.eu-west-2.amazonaws.com/123456789012/receipts",
    "LINK_QUEUE_URL": "https://sqs.eu-west-2.amazonaws.com/123456789012/link",
    "SOURCE_SECRET_PREFIX": "harbour/prod/source/",
    "PORTAL_URL": "https://example.org/portal/",
    "SMS_SENDER": "Update",
    "EMAIL_FROM": "updates@messages.example",
    "EMAIL_CONFIGURATION_SET": "mail",
    "PROVIDERS": '["aws", "notify"]',
    "NOTIFY_SECRET": "harbour/prod/notify",
    "VICTIM_POOL": "eu-west-2_abc",
    "VICTIM_CLIENT": "client",
}


def test_the_render_layer_carries_typst_and_fonts(assets: BuiltAssets) -> None:
    with zipped(assets, "layer render") as archive:
        files = archive.namelist()
    assert [file for file in files if file.startswith("python/typst/")]
    assert [file for file in files if file.startswith("fonts/") and file.endswith(".ttf")]
    assert {path.name for path in assets.fonts().iterdir()} == {
        file.removeprefix("fonts/") for file in files if file.startswith("fonts/")
    }


@pytest.mark.parametrize("name", NAMES)
def test_lambda_takes_it(assets: BuiltAssets, name: str) -> None:
    with zipped(assets, name) as archive:
        unzipped = sum(entry.file_size for entry in archive.infolist())
    assert unzipped < 150_000_000  # a function and its layers: 250 MB together
    if name.startswith("function"):
        assert unzipped < 100_000


def test_the_locked_packages_name_no_address_and_are_all_hashed() -> None:
    for lock in REQUIREMENTS.glob("requirements-*.txt"):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        pinned = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
        assert pinned
        for line in pinned:
            assert "==" in line
            assert line.endswith("\\")


def test_the_version_names_the_package_and_its_content(assets: BuiltAssets) -> None:
    number, _, digest = assets.version().partition("+")
    assert number.count(".") == 2
    assert len(digest) == 12


def test_without_the_targets_python_it_says_what_to_install(tmp_path: Path) -> None:
    nowhere = Target(name="aws-arm64-python3.99", python="3.99", architecture="arm64")
    with pytest.raises(TargetUnavailableError, match=r"Python 3\.99 is not on this machine.*uv python install 3\.99"):
        BuiltAssets(nowhere, tmp_path).layer("harbour")
    assert not list(tmp_path.rglob("*.zip"))
