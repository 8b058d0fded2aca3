#!/usr/bin/env python3
"""Reads public sample exports with the presets, and recomputes their sums in plain Python.

    python3 scripts/check_formats.py FOLDER [--program PATH]

FOLDER has the samples by kind: spend/, adwords_csv/, events/, crm_orders/. Without --program the example
is run by cargo. Every figure of a reading report that is checked here is computed anew from the file by
the csv module of Python: rows, costs (micros are millionths), clicks, values, touches, conversions.
Exits with 1 if a figure differs.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

MICROS = 1e-6
CARGO = ["cargo", "run", "--quiet", "--release", "--features", "mapping", "--example", "reading_report", "--"]

# file, preset, column of the cost, its unit, column of the clicks
SPEND = [
    ("spend/google_ads_campaign_stats_data.csv", "google-ads", "cost_micros", MICROS, "clicks"),
    ("spend/facebook_ads_basic_ad_data.csv", "meta", "spend", 1, "inline_link_clicks"),
    ("spend/tiktok_campaign_report_hourly_data.csv", "tiktok", "SPEND", 1, "CLICKS"),
    ("spend/linkedin_ad_analytics_by_campaign_data.csv", "linkedin", "cost_in_local_currency", 1, "clicks"),
    ("spend/microsoft_ads_campaign_performance_daily_report_data.csv", "microsoft", "spend", 1, "clicks"),
    ("spend/pinterest_campaign_report_data.csv", "pinterest", "spend_in_micro_dollar", MICROS, None),
    ("spend/amazon_ads_campaign_level_report_data.csv", "amazon", "cost", 1, "clicks"),
    ("spend/snapchat_campaign_hourly_report_data.csv", "snapchat", "spend", MICROS, "swipes"),
    ("spend/reddit_ads_campaign_report_data.csv", "reddit", "spend", MICROS, "clicks"),
    ("spend/twitter_campaign_report_data.csv", "x", "billed_charge_local_micro", MICROS, "clicks"),
    ("spend/apple_search_campaign_report_data.csv", "apple", "local_spend_amount", 1, "taps"),
    ("adwords_csv/account.csv", "adwords-report", "Cost", MICROS, "Clicks"),
    ("adwords_csv/bug-account-france.csv", "adwords-report", "Cost", MICROS, "Clicks"),
    ("adwords_csv/campaign.csv", "adwords-report", "Cost", MICROS, "Clicks"),
    ("adwords_csv/campaign_with_preamble_60beaa90.csv", "adwords-report", "Cost", MICROS, "Clicks"),
    ("adwords_csv/campaign_with_preamble_61a1b850_parent.csv", "adwords-report", "Cost", MICROS, "Clicks"),
    ("adwords_csv/shopping.csv", "adwords-report", "Cost", MICROS, "Clicks"),
    ("adwords_csv/keywords.csv", "google-ads-report", "Cost", 1, "Clicks"),
]

# The one report without a day: a mapping states it.
VIDEO = "adwords_csv/video-campaign.csv"
VIDEO_MAPPING = """
preset = "google-ads-report"
[file]
header = { starts_with = ["Account"] }
[spend]
date = { constant = "2013-05-01" }
clicks = "Website clicks"
[spend.check]
total_row = "refuse"
"""


class Check:
    """Runs the example and compares what it reports."""

    def __init__(self, folder, program):
        self.folder, self.program, self.failed, self.checked = folder, program, 0, 0

    def report(self, file, *how):
        command = [*self.program, *how, str(self.folder / file), "--json"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            self.fail(file, "reads", done.stderr.strip())
            return None
        return json.loads(done.stdout)

    def fail(self, file, what, detail):
        self.failed += 1
        print(f"FAILED {file}: {what}: {detail}")

    def equal(self, file, what, found, expected, within=0.0):
        self.checked += 1
        if found is None or abs(found - expected) > within:
            self.fail(file, what, f"{found}, expected {expected}")


def rows_of(path, starts=None):
    """The rows below the header, which is the first line whose first cell is one of `starts`."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        lines = list(csv.reader(file))
    at = 0
    if starts:
        at = next(number for number, line in enumerate(lines) if line and line[0] in starts)
    header = lines[at]
    return [dict(zip(header, line)) for line in lines[at + 1 :] if line]


def is_total(row):
    return any(value.startswith("Total") for value in row.values())


def number(text):
    text = (text or "").strip().replace(",", "")
    return 0.0 if text in ("", "-", "--") else float(text)


def check_spend(check):
    starts = ("Customer ID", "Ad group ID", "Search Lost IS (budget)")
    for file, preset, cost, unit, clicks in SPEND:
        path = check.folder / file
        rows = rows_of(path, starts if file.startswith("adwords") and "preamble" in file else None)
        spent = [row for row in rows if not is_total(row)]
        report = check.report(file, "--preset", preset)
        if report is None:
            continue
        check.equal(file, "rows", report["rows"], len(rows))
        total = sum(number(row[cost]) for row in spent) * unit
        check.equal(file, "cost", report["cost"], total, 1e-6 * max(total, 1))
        if clicks:
            check.equal(file, "clicks", report["clicks"], sum(number(row[clicks]) for row in spent))
        check.equal(file, "skipped", report["skipped"]["rows"], 0)
        totals = [row for row in rows if is_total(row)]
        check.equal(file, "lines of totals", report["totals"], len(totals))
        check.equal(file, "totals that differ", len(report["wrong_totals"]), 0)
        for row in totals:
            check.equal(file, "the file's own total", report["cost"], number(row[cost]), 0.005)
        doubtful = report["clicks"] > 0 and not 0.001 <= report["cost"] / report["clicks"] <= 1000
        check.equal(file, "cost of a click out of bounds", doubtful, False)


def check_video(check):
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as mapping:
        mapping.write(VIDEO_MAPPING)
        mapping.flush()
        report = check.report(VIDEO, "--mapping", mapping.name)
    if report is not None:
        rows = rows_of(check.folder / VIDEO, ("Account",))
        total = next(row for row in rows if is_total(row))
        check.equal(VIDEO, "the file's own total", report["cost"], number(total["Cost"]))
        check.equal(VIDEO, "clicks", report["clicks"], number(total["Website clicks"]))
        check.equal(VIDEO, "lines of totals", report["totals"], 1)


def check_orders(check):
    file = "crm_orders/ra_attribution_orders.csv"
    report = check.report(file, "--preset", "ra-attribution-orders")
    if report is not None:
        rows = rows_of(check.folder / file)
        check.equal(file, "rows", report["rows"], len(rows))
        check.equal(file, "conversions", report["kinds"].get("conversion", 0), len(rows))
        value = sum(number(row["REVENUE_GLOBAL_CURRENCY"]) for row in rows)
        check.equal(file, "value", report["value"], value, 1e-6)
    check_shopify(check)
    file = "crm_orders/shopify_gql_customer_visit_data.csv"
    report = check.report(file, "--preset", "shopify-visits")
    if report is not None:
        rows = rows_of(check.folder / file)
        check.equal(file, "rows", report["rows"], len(rows))
        check.equal(file, "touches", report["kinds"].get("touch", 0), len(rows))
    file = "crm_orders/hubspot_deal_data.csv"
    report = check.report(file, "--preset", "hubspot-deals")
    if report is not None:
        rows = rows_of(check.folder / file)
        check.equal(file, "rows", report["rows"], len(rows))


SHOPIFY_MAPPING = """
preset = "shopify-orders"
[columns]
currency = { column = "currency", to = "GBP", rates = "rates.csv" }
"""
RATES = {"GBP": 1.0, "USD": 0.75}


def is_order(row):
    marks = (row.get("test"), row.get("_fivetran_deleted"))
    return not any((mark or "").lower() == "true" for mark in marks) and not row["cancelled_at"].strip()


def check_shopify(check):
    """Orders in two currencies need rates; those of the other table are in one."""
    file = "crm_orders/shopify_order_data.csv"
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "shop.toml").write_text(SHOPIFY_MAPPING)
        (Path(folder) / "rates.csv").write_text("date,from,to,rate\n2000-01-01,USD,GBP,0.75\n")
        report = check.report(file, "--mapping", str(Path(folder) / "shop.toml"))
    orders = [row for row in rows_of(check.folder / file) if is_order(row)]
    value = sum(number(row["total_price"]) * RATES[row["currency"]] for row in orders)
    check_conversions(check, file, report, len(orders), value)
    file = "crm_orders/shopify_gql_order_data.csv"
    report = check.report(file, "--preset", "shopify-orders")
    orders = [row for row in rows_of(check.folder / file) if is_order(row)]
    value = sum(number(row["total_price_set_shop_amount"]) for row in orders)
    check_conversions(check, file, report, len(orders), value)


def check_conversions(check, file, report, conversions, value):
    if report is not None:
        check.equal(file, "conversions", report["kinds"].get("conversion", 0), conversions)
        check.equal(file, "value", report["value"], value, 1e-6)


def check_events(check):
    file = "events/snowplow_web_events_v0.15.2.csv"
    report = check.report(file, "--preset", "snowplow")
    if report is not None:
        rows = rows_of(check.folder / file)
        check.equal(file, "rows", report["rows"], len(rows))
        kept = sum(report["kinds"].values()) + report["repeated"] + report["within_sessions"]
        kept += report["without_source"] + sum(report["other_events"].values())
        kept += sum(report["dropped"].values()) + sum(report["counted_once"].values())
        kept += report["cleaned_rows"]["unknown_touches"]
        check.equal(file, "rows accounted for", kept, len(rows))
    file = "events/snowplow_dbtlabs_sp_event.csv"
    report = check.report(file, "--preset", "snowplow")
    if report is not None:
        check.equal(file, "rows", report["rows"], len(rows_of(check.folder / file)))
    file = "events/segment_example_pages.csv"
    report = check.report(file, "--preset", "segment")
    if report is not None:
        rows = rows_of(check.folder / file)
        check.equal(file, "rows", report["rows"], len(rows))
        check.equal(file, "first", report["first"], 1424730535)  # 2015-02-23 22:28:55 UTC
    file = "events/ra_attribution_events.csv"
    report = check.report(file, "--preset", "ra-attribution-events")
    if report is not None:
        rows = rows_of(check.folder / file)
        check.equal(file, "rows", report["rows"], len(rows))
    file = "events/ga4_fivetran_event_data.csv"
    report = check.report(file, "--preset", "ga4-fivetran")
    if report is not None:
        rows = rows_of(check.folder / file)
        check.equal(file, "rows", report["rows"], len(rows))
        bought = [row for row in rows if row["name"] == "purchase"]
        value = sum(number(row["ecommerce_purchase_revenue_in_usd"]) for row in bought)
        check.equal(file, "conversions", report["kinds"].get("conversion", 0), len(bought))
        check.equal(file, "value", report["value"], value, 1e-6)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--program", help="the built example, in place of cargo run")
    options = parser.parse_args()
    check = Check(options.folder, [options.program] if options.program else CARGO)
    check_spend(check)
    check_video(check)
    check_orders(check)
    check_events(check)
    print(f"{check.checked - check.failed} passed, {check.failed} failed")
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
