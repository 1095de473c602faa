"""The currencies a box office can sell in, their decimals, and the fixed fee in each.

They are listed for people in docs/currencies.md; a test compares that page with this one.
"""

from decimal import Decimal

# How ISO 4217 divides a currency, where it is not into hundredths. CLDR's own digits say how an
# amount is customarily *written* (IQD with 0, RSD with 0), which is no way to count money.
_MINOR_DIGITS = {
    code: digits
    for digits, codes in {
        0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
        3: "BHD IQD JOD KWD LYD OMR TND",
        4: "CLF UYW",
    }.items()
    for code in codes.split()
}

# Every currency of ISO 4217 in which something can be priced (metals, test codes and the
# accounting units of banks are left out), with the fixed part of the fee: about what 0.30 US
# dollars were worth at the end of 2025, in a round number.
_FIXED_FEES = """
    AED 1.00    AFN 20.00   ALL 25.00   AMD 120.00  AOA 280.00  ARS 400.00   AUD 0.30
    AWG 0.50    AZN 0.50    BAM 0.50    BBD 0.60    BDT 35.00   BHD 0.110    BIF 900
    BMD 0.30    BND 0.40    BOB 2.00    BOV 2.00    BRL 1.60    BSD 0.30     BTN 25.00
    BWP 4.00    BYN 0.90    BZD 0.60    CAD 0.30    CDF 700.00  CHE 0.30     CHF 0.30
    CHW 0.30    CLF 0.0075  CLP 300     CNY 2.00    COP 1200.00 COU 3.00     CRC 150.00
    CUP 7.00    CVE 30.00   CZK 6.00    DJF 50      DKK 2.00    DOP 20.00    DZD 40.00
    EGP 15.00   ERN 4.50    ETB 45.00   EUR 0.30    FJD 0.70    FKP 0.30     GBP 0.30
    GEL 0.80    GHS 3.50    GIP 0.30    GMD 20.00   GNF 2500    GTQ 2.50     GYD 60.00
    HKD 2.50    HNL 8.00    HTG 40.00   HUF 100.00  IDR 5000.00 ILS 1.00     INR 25.00
    IQD 400.000 IRR 300000.00           ISK 40      JMD 50.00   JOD 0.200    JPY 40
    KES 40.00   KGS 25.00   KHR 1200.00 KMF 130     KPW 250.00  KRW 400      KWD 0.100
    KYD 0.25    KZT 150.00  LAK 6500.00 LBP 25000.00            LKR 90.00    LRD 50.00
    LSL 5.00    LYD 1.600   MAD 2.80    MDL 5.00    MGA 1300.00 MKD 15.00    MMK 600.00
    MNT 1000.00 MOP 2.50    MRU 12.00   MUR 14.00   MVR 4.50    MWK 500.00   MXN 5.50
    MXV 0.60    MYR 1.20    MZN 20.00   NAD 5.00    NGN 450.00  NIO 11.00    NOK 3.00
    NPR 40.00   NZD 0.30    OMR 0.120   PAB 0.30    PEN 1.00    PGK 1.30     PHP 18.00
    PKR 85.00   PLN 1.10    PYG 2000    QAR 1.00    RON 1.30    RSD 30.00    RUB 25.00
    RWF 450     SAR 1.00    SBD 2.50    SCR 4.00    SDG 180.00  SEK 3.00     SGD 0.40
    SHP 0.30    SLE 7.00    SOS 170.00  SRD 12.00   SSP 1400.00 STN 6.50     SVC 2.60
    SYP 3500.00 SZL 5.00    THB 10.00   TJS 2.80    TMT 1.00    TND 0.900    TOP 0.70
    TRY 12.50   TTD 2.00    TWD 10.00   TZS 750.00  UAH 12.50   UGX 1100     USD 0.30
    USN 0.30    UYI 2       UYU 12.00   UYW 7.0000  UZS 3500.00 VED 70.00    VES 70.00
    VND 8000    VUV 35      WST 0.80    XAF 170     XCD 0.80    XCG 0.50     XOF 170
    XPF 30      YER 75.00   ZAR 5.00    ZMW 7.00    ZWG 8.00
"""


def currencies() -> list[str]:
    """The codes of all currencies a box office can sell in."""
    return sorted(_FIXED)


def is_currency(code: str) -> bool:
    return code in _FIXED


def minor_digits(currency: str) -> int:
    """How many decimals the currency has by ISO 4217: USD 2, JPY 0, KWD 3."""
    _require(currency)
    return _MINOR_DIGITS.get(currency, 2)


def default_fixed_fee(currency: str) -> int:
    """The fixed part of the platform's fee for one order, in minor units."""
    _require(currency)
    return _FIXED[currency]


def _require(currency: str) -> None:
    if currency not in _FIXED:
        raise ValueError(f"{currency!r} is not a currency of ISO 4217")


def _read_fixed_fees() -> dict[str, int]:
    words = _FIXED_FEES.split()
    return {
        code: int(Decimal(amount).scaleb(_MINOR_DIGITS.get(code, 2)))
        for code, amount in zip(words[::2], words[1::2], strict=True)
    }


_FIXED = _read_fixed_fees()
