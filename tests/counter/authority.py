"""A test issuer that looks like J-LIS's: roots of two generations under one name, and certificates for every case."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

NAME_ON_CARD = "997794E9AGCIEG13221003A"
LIST_PLACE = "みどり町 CRLDP"
SERIAL = 0x5EC2E75E21A1
"""What must never be seen outside a card: the holder's identifier, the place of the list, the serial."""
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=timezone.utc)
LAST = datetime(2029, 3, 20, 14, 59, 59, tzinfo=timezone.utc)
"""The end of 20 March 2029 in Japan."""
_BEGAN = datetime(2024, 3, 1, 3, 0, tzinfo=timezone.utc)
_UNITS = ("JPKI for user authentication", "Japan Agency for Local Authority Information Systems")


def _name(*units: str) -> x509.Name:
    parts = [(NameOID.COUNTRY_NAME, "JP"), (NameOID.ORGANIZATION_NAME, "JPKI"), *((NameOID.ORGANIZATIONAL_UNIT_NAME, unit) for unit in units)]
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


@cache
def holder_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@dataclass(frozen=True)
class Authority:
    """One generation of the issuer."""

    key: rsa.RSAPrivateKey
    root: x509.Certificate

    @classmethod
    def made(cls) -> Authority:
        key, name = rsa.generate_private_key(65537, 2048), _name(*_UNITS)
        builder = x509.CertificateBuilder(name, name, key.public_key(), 7, _BEGAN - timedelta(days=700), LAST + timedelta(days=1500))
        builder = builder.add_extension(x509.BasicConstraints(True, None), critical=True)
        return cls(key, builder.sign(key, hashes.SHA256()))

    @property
    def der(self) -> bytes:
        return self.root.public_bytes(Encoding.DER)

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.der).hexdigest()

    def issue(self, last: datetime = LAST, began: datetime = _BEGAN, *, curve: bool = False) -> bytes:
        """A holder's certificate (DER) with everything personal that a real one has."""
        subject = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"), x509.NameAttribute(NameOID.COMMON_NAME, NAME_ON_CARD)])
        key = ec.generate_private_key(ec.SECP384R1()) if curve else holder_key()
        place = _name("CRL Distribution Points", "架空県").rdns
        point = x509.DirectoryName(x509.Name([*place, x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.COMMON_NAME, LIST_PLACE)])]))
        also = x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "公的個人認証サービス")]))
        usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
        policy = x509.PolicyInformation(ObjectIdentifier("1.2.392.200149.8.5.1.3.30"), None)
        builder = x509.CertificateBuilder(self.root.subject, subject, key.public_key(), SERIAL, began, last)
        builder = builder.add_extension(usage, critical=True)
        builder = builder.add_extension(x509.CertificatePolicies([policy]), critical=True)
        builder = builder.add_extension(x509.IssuerAlternativeName([also]), critical=False)
        builder = builder.add_extension(x509.CRLDistributionPoints([x509.DistributionPoint([point], None, None, None)]), critical=False)
        return builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER)


def secrets_of(der: bytes) -> list[str]:
    """What of a certificate must stand in no output: its names, numbers and bytes, as they might be written."""
    digest = hashlib.sha256(der).hexdigest()
    numbers = [f"{SERIAL:x}", f"{SERIAL:X}", str(SERIAL)]
    pieces = [der[i : i + 12].hex() for i in range(0, 120, 12)]
    return [NAME_ON_CARD, LIST_PLACE, "CRL", "JPKI for user", digest, digest.upper(), *numbers, *pieces, ATR.hex(), ATR.hex().upper()]


ATR = bytes.fromhex("3BE000FF8131FE4514")
