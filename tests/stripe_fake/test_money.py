"""Where money goes adds up: whatever is charged, refunded, reversed, returned and disputed."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from . import accounts, amounts, checkout, disputes, payments, refunds
from .store import PLATFORM, Declined, Document, Store


def opened_account(store: Store) -> str:
    asked = {name: {"requested": True} for name in ("card_payments", "transfers")}
    account = accounts.create(store, {"type": "express", "capabilities": asked}, PLATFORM)
    accounts.complete(store, account["id"])
    return account["id"]


def paid_charge(store: Store, account: str, amount: int, fee: int) -> Document:
    session = checkout.create(
        store,
        {
            "mode": "payment",
            "success_url": "https://x.example",
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": "usd",
                        "unit_amount": amount,
                        "product_data": {"name": "Stalls"},
                    },
                }
            ],
            "payment_intent_data": {
                "application_fee_amount": fee,
                "transfer_data": {"destination": account},
            },
        },
        PLATFORM,
    )
    checkout.pay(store, session["id"])
    intent = store.find("payment_intent", session["payment_intent"])
    return store.find("charge", intent["latest_charge"])


class MoneyMachine(RuleBasedStateMachine):
    """One charge after another, each refunded bit by bit in every way there is."""

    def __init__(self) -> None:
        super().__init__()
        self.store = Store()
        self.charges: list[Document] = []
        self.proportional: set[str] = set()
        self.buyers_paid = self.stripe_kept = 0

    @initialize()
    def open(self) -> None:
        self.account = opened_account(self.store)

    @rule(amount=st.integers(50, 200_000), share=st.integers(0, 1000))
    def charge(self, amount: int, share: int) -> None:
        charge = paid_charge(self.store, self.account, amount, amount * share // 1000)
        self.charges.append(charge)
        self.proportional.add(charge["id"])
        self.buyers_paid += amount
        self.stripe_kept += amounts.processing_fee(amount)

    @precondition(lambda self: self.charges)
    @rule(
        which=st.integers(0, 1000),
        part=st.integers(1, 1000),
        reverse=st.booleans(),
        return_fee=st.booleans(),
        outcome=st.sampled_from(["succeeded", "succeeded", "pending", "failed"]),
    )
    def refund(self, which: int, part: int, reverse: bool, return_fee: bool, outcome: str) -> None:
        charge = self.charges[which % len(self.charges)]
        left = charge["amount"] - charge["amount_refunded"]
        amount = max(1, left * part // 1000)
        asked: Document = {"charge": charge["id"], "amount": amount}
        if reverse:
            asked["reverse_transfer"] = True
        if return_fee and charge["application_fee"]:
            asked["refund_application_fee"] = True
        self.store.next_refund_status = outcome
        if left == 0 or charge["disputed"]:
            try:
                refunds.create(self.store, asked, PLATFORM)
            except Declined:
                self.store.next_refund_status = "succeeded"
                return
            raise AssertionError("refunded what there was not")
        refunds.create(self.store, asked, PLATFORM)
        if not (reverse and return_fee) or outcome == "failed":
            self.proportional.discard(charge["id"])
        if outcome != "failed":
            self.buyers_paid -= amount

    @precondition(lambda self: self.charges)
    @rule(which=st.integers(0, 1000), part=st.integers(1, 1000))
    def return_fee(self, which: int, part: int) -> None:
        charge = self.charges[which % len(self.charges)]
        if charge["application_fee"] is None:
            return
        fee = self.store.find("application_fee", charge["application_fee"])
        left = fee["amount"] - fee["amount_refunded"]
        if left:
            asked = {"fee": fee["id"], "amount": max(1, left * part // 1000)}
            refunds.return_fee(self.store, asked, PLATFORM)
            self.proportional.discard(charge["id"])

    @precondition(lambda self: self.charges)
    @rule(which=st.integers(0, 1000), won=st.booleans())
    def dispute(self, which: int, won: bool) -> None:
        charge = self.charges[which % len(self.charges)]
        if charge["disputed"] or charge["amount_refunded"]:
            return
        dispute = disputes.open_dispute(self.store, {"charge": charge["id"]})
        disputes.close(self.store, dispute["id"], won=won)
        self.stripe_kept += disputes.COSTS
        if not won:
            self.buyers_paid -= charge["amount"]

    @invariant()
    def nothing_is_made_or_lost(self) -> None:
        if not self.charges:
            return
        platform = payments.balance(self.store, PLATFORM).get("usd", 0)
        organizer = payments.balance(self.store, self.account).get("usd", 0)
        assert platform + organizer + self.stripe_kept == self.buyers_paid

    @invariant()
    def no_part_goes_back_more_than_whole(self) -> None:
        for charge in self.charges:
            transfer = self.store.find("transfer", charge["transfer"])
            assert 0 <= charge["amount_refunded"] <= charge["amount"]
            assert 0 <= transfer["amount_reversed"] <= transfer["amount"] == charge["amount"]
            assert transfer["amount_reversed"] == _sum(transfer["reversals"])
            if charge["application_fee"]:
                fee = self.store.find("application_fee", charge["application_fee"])
                assert 0 <= fee["amount_refunded"] <= fee["amount"] <= charge["amount"]
                assert fee["amount_refunded"] == _sum(fee["refunds"])

    @invariant()
    def refunds_take_transfer_and_fee_along_in_proportion(self) -> None:
        for charge in self.charges:
            if charge["id"] not in self.proportional:
                continue
            back, whole = charge["amount_refunded"], charge["amount"]
            transfer = self.store.find("transfer", charge["transfer"])
            assert transfer["amount_reversed"] == back
            if charge["application_fee"]:
                fee = self.store.find("application_fee", charge["application_fee"])
                assert abs(fee["amount_refunded"] * whole - fee["amount"] * back) * 2 <= whole
                assert fee["refunded"] == (fee["amount_refunded"] == fee["amount"])

    @invariant()
    def a_charge_is_the_organizers_net_and_the_fee(self) -> None:
        for charge in self.charges:
            transfer = self.store.find("transfer", charge["transfer"])
            arrived = self.store.find("charge", transfer["destination_payment"], owner=self.account)
            line = self.store.find(
                "balance_transaction", arrived["balance_transaction"], owner=self.account
            )
            assert line["net"] + (charge["application_fee_amount"] or 0) == charge["amount"]


def _sum(listed: Document) -> int:
    return sum(entry["amount"] for entry in listed["data"])


TestMoney = MoneyMachine.TestCase
TestMoney.settings = settings(
    max_examples=40,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def test_many_small_refunds_end_where_one_large_one_does():
    sums = []
    for steps in ([10_000], [1] * 50 + [9_950], [3_333, 3_333, 3_334]):
        store = Store()
        charge = paid_charge(store, opened_account(store), 10_000, 333)
        for amount in steps:
            refunds.create(
                store,
                {
                    "charge": charge["id"],
                    "amount": amount,
                    "reverse_transfer": True,
                    "refund_application_fee": True,
                },
                PLATFORM,
            )
        fee = store.find("application_fee", charge["application_fee"])
        sums.append((fee["amount_refunded"], payments.balance(store, PLATFORM)["usd"]))

    assert sums == [(333, -amounts.processing_fee(10_000))] * 3
