//! Every preset on rows of the form of its export.

use super::{events, read, read_spend};
use mixtouch::io::Mapping;

/// Preset, a file of that form, and the events it has.
pub(super) const LOGS: [(&str, &str, &[&str]); 15] = [
    (
        "plain",
        "person,timestamp,channel,kind,value,order_id\nann,1767225600,tv,touch,,\nann,1767225700,shop,conversion,9,T\n",
        &["ann 1767225600 tv", "ann 1767225700 Conversion 9"],
    ),
    (
        "ga4",
        r#"{"user_id":null,"user_pseudo_id":"1.2","event_timestamp":"1767225600000001","event_name":"session_start","collected_traffic_source":{"manual_source":"bing","manual_medium":"cpc"},"event_params":[{"key":"ga_session_id","value":{"int_value":"7"}}]}
{"user_pseudo_id":"1.2","event_timestamp":1767225700000000,"event_name":"purchase","ecommerce":{"purchase_revenue":12.5,"transaction_id":"T"},"event_params":[{"key":"currency","value":{"string_value":"EUR"}}]}
{"user_pseudo_id":"1.2","event_timestamp":1767225800000000,"event_name":"refund","ecommerce":{"transaction_id":"T","refund_value":4.5},"event_params":[{"key":"currency","value":{"string_value":"EUR"}}]}
"#,
        &[
            "1.2 1767225600 Paid Search",
            "1.2 1767225700 Conversion 12.5",
            "1.2 1767225800 Return 4.5",
        ],
    ),
    (
        "ga4-fivetran",
        "timestamp,name,user_id,user_pseudo_id,param_source,param_medium,param_ga_session_id,ecommerce_purchase_revenue_in_usd,ecommerce_transaction_id\n\
         2026-01-01 00:00:00,page_view,,1.2,newsletter,email,7,,\n\
         2026-01-01 00:01:00,purchase,,1.2,,,7,29.99,T\n",
        &["1.2 1767225600 Email", "1.2 1767225660 Conversion 29.99"],
    ),
    (
        "snowplow",
        "event_id,event_name,derived_tstamp,user_id,domain_userid,domain_sessionid,mkt_source,mkt_medium,mkt_network,mkt_clickid,page_url,tr_orderid,tr_total_base,useragent\n\
         e1,page_view,2026-01-01 00:00:00.100,NULL,d1,s1,google,cpc,Google,abc,https://a.example/,,,Mozilla\n\
         e1,page_view,2026-01-01 00:00:00.100,NULL,d1,s1,google,cpc,Google,abc,https://a.example/,,,Mozilla\n\
         e2,page_view,2026-01-01 00:00:09.000,NULL,d1,s2,bing,cpc,,,https://a.example/,,,Googlebot/2.1\n\
         e3,transaction,2026-01-01 00:01:00.000,NULL,d1,s1,,,,,,T-1,80,Mozilla\n",
        &["d1 1767225600 Paid Search", "d1 1767225660 Conversion 80"],
    ),
    (
        "segment",
        "id,anonymous_id,user_id,timestamp,event,revenue,currency,order_id,context_campaign_source,context_campaign_medium,context_page_referrer\n\
         m1,a1,,2026-01-01 00:00:00,,,,,facebook,social,\n\
         m2,a1,,2026-01-01 00:10:00,,,,,,,https://www.google.com/\n\
         m3,a1,,2026-01-01 01:00:00,,,,,,,https://www.google.com/\n\
         m4,a1,,2026-01-01 01:01:00,order_completed,30,EUR,T-1,,,\n",
        &[
            "a1 1767225600 Organic Social",
            "a1 1767229200 Organic Search",
            "a1 1767229260 Conversion 30",
        ],
    ),
    (
        "rudderstack",
        "id,anonymous_id,user_id,timestamp,event,revenue,currency,order_id,context_campaign_source,context_campaign_medium\n\
         m1,a1,u1,2026-01-01T00:00:00.000Z,,,,,newsletter,email\n\
         m2,a1,u1,2026-01-01T00:01:00.000Z,order_completed,30,EUR,T-1,,\n",
        &["u1 1767225600 Email", "u1 1767225660 Conversion 30"],
    ),
    (
        "posthog",
        r#"{"uuid":"1","event":"$pageview","person_id":"p1","timestamp":"2026-01-01T00:00:00Z","properties":"{\"utm_source\":\"google\",\"utm_medium\":\"cpc\",\"$session_id\":\"s\",\"$host\":\"a.example\"}"}
{"uuid":"2","event":"$pageview","person_id":"p1","timestamp":"2026-01-01T00:00:05Z","properties":"{\"utm_source\":\"google\",\"$host\":\"localhost:3000\"}"}
{"uuid":"3","event":"$pageview","person_id":"p1","timestamp":"2026-01-01T00:00:07Z","properties":"{\"$referring_domain\":\"$direct\",\"$session_id\":\"s2\"}"}
{"uuid":"4","event":"order_completed","person_id":"p1","timestamp":"2026-01-01T00:01:00Z","properties":"{\"revenue\":45.5,\"order_id\":\"T\",\"currency\":\"EUR\"}"}
"#,
        &["p1 1767225600 Paid Search", "p1 1767225660 Conversion 45.5"],
    ),
    (
        "matomo",
        "idvisitor,user_id,server_time,idgoal,revenue,idorder,campaign_source,campaign_medium,campaign_name,referer_name,profilable\n\
         8f01,,2026-01-01 00:00:00,,,,newsletter,email,january,,1\n\
         9a02,,2026-01-01 00:00:00,,,,newsletter,email,january,,0\n\
         8f01,,2026-01-01 00:01:00,0,99,T-1,,,,,1\n\
         8f01,,2026-01-01 00:02:00,-1,20,,,,,,1\n\
         8f01,,2026-01-01 00:03:00,4,0,,,,,,1\n",
        &[
            "8f01 1767225600 Campaigns",
            "8f01 1767225660 Conversion 99",
            "8f01 1767225780 Conversion 0",
        ],
    ),
    (
        "adobe",
        "post_visid_high\tpost_visid_low\thit_time_gmt\tpost_event_list\tpost_product_list\tpost_purchaseid\tcurrency\tpost_campaign\tpost_referrer\tpost_page_url\texclude_hit\thit_source\tcustomer_perspective\tduplicate_purchase\n\
         7\t8\t1767225600\t100\t\t\t\t\thttps://www.google.com/\thttps://a.example/\t0\t1\t0\t0\n\
         7\t8\t1767225605\t100\t\t\t\t\thttps://www.bing.com/\thttps://a.example/\t1\t1\t0\t0\n\
         7\t8\t1767225660\t100,1,12\tshoes;a\\\tb;1;20.5;;,;c;2;9.5\tT-1\tUSD\t\t\t\t0\t1\t0\t0\n",
        &[
            "7-8 1767225600 Organic Search",
            "7-8 1767225660 Conversion 30",
        ],
    ),
    (
        "criteo",
        "timestamp\tuid\tcampaign\tconversion\tconversion_timestamp\tconversion_id\tclick\tcost\n\
         100\t7\t22\t1\t5000\t31\t0\t0.00001\n\
         900\t7\t23\t1\t5000\t31\t1\t0.00002\n\
         50\t8\t22\t0\t-1\t-1\t0\t0.00003\n",
        &[
            "7 946684900 22",
            "7 946689800 Conversion 0",
            "7 946685700 23",
            "8 946684850 22",
        ],
    ),
    (
        "shopify-orders",
        "id,customer_id,email,processed_at,total_price,currency,test,cancelled_at\n\
         1,c1,,2026-01-01 00:00:00,25.50,EUR,false,\n\
         2,c1,,2026-01-02 00:00:00,11,EUR,true,\n\
         3,c1,,2026-01-03 00:00:00,12,EUR,false,2026-01-04 00:00:00\n\
         4,,a@b.example,2026-01-01 00:00:00,5,EUR,FALSE, \n",
        &[
            "c1 1767225600 Conversion 25.5",
            "a@b.example 1767225600 Conversion 5",
        ],
    ),
    (
        "shopify-visits",
        "id,order_id,customer_id,occurred_at,source,source_type,utm_parameters_source,utm_parameters_medium,utm_parameters_campaign,landing_page\n\
         v1,1,c1,2026-01-01 00:00:00,google,SEO,,,,https://a.example/\n\
         v2,1,c1,2026-01-01 00:05:00,,,klaviyo,email,winter,https://a.example/\n",
        &["c1 1767225600 Organic Search", "c1 1767225900 Email"],
    ),
    (
        "hubspot-deals",
        "deal_id,contact_id,is_deleted,deal_pipeline_stage_id,property_amount,property_closedate\n\
         1,c1,false,closedwon,1200,2026-01-01 00:00:00\n\
         2,c1,false,closedlost,900,2026-01-01 00:00:00\n\
         3,c2,true,closedwon,900,2026-01-01 00:00:00\n\
         4,c3,false,closedwon,,2026-01-01 00:00:00\n",
        &[
            "c1 1767225600 Conversion 1200",
            "c3 1767225600 Conversion 0",
        ],
    ),
    (
        "ra-attribution-events",
        "EVENT_ID,DOMAIN_SESSION_ID,USER_ID,EVENT,EVENT_TIME,MARKETING_SOURCE,MARKETING_MEDIUM,REFERER_URL_HOST\n\
         1,s,7,pv,2026-01-01 00:00:00.000,,,snapchat.com\n\
         2,s,7,pv,2026-01-01 00:00:10.000,,,snapchat.com\n\
         3,t,7,pv,2026-01-01 00:00:20.000,,,\n",
        &["7 1767225600 Organic Social"],
    ),
    (
        "ra-attribution-orders",
        "ORDER_LINE_ID,ORDER_ID,USER_ID,ORDER_DATE,GLOBAL_CURRENCY,REVENUE_GLOBAL_CURRENCY\n\
         1,1,7,2026-01-01 00:00:00.000 +0000,USD,1.5\n\
         1,1,7,2026-01-01 00:00:00.000 +0000,USD,1.5\n\
         2,1,7,2026-01-01 00:00:00.000 +0000,USD,8\n",
        &["7 1767225600 Conversion 1.5", "7 1767225600 Conversion 8"],
    ),
];

/// Preset, a file of that form, its cost and the channel of it.
pub(super) const TABLES: [(&str, &str, f64, &str); 13] = [
    (
        "google-ads",
        "date,cost_micros,clicks,id,ad_network_type\n2026-01-05,2500000,2,9,CONTENT\n",
        2.5,
        "Display",
    ),
    (
        "google-ads-report",
        "Campaign report\n\"January 1, 2026 - January 31, 2026\"\nDay,Campaign,Currency code,Cost,Clicks\n\
         2026-01-05,Brand,EUR,\"1,234.50\",10\nTotal: Campaigns, --, --,\"1,234.50\",10\n",
        1234.5,
        "Paid Search",
    ),
    (
        "adwords-report",
        "Customer ID,Day,Cost,Clicks,Currency,Campaign ID\n1,2026-01-05,1110000,5,EUR,7\n",
        1.11,
        "Paid Search",
    ),
    (
        "meta",
        "ad_id,date,account_id,impressions,inline_link_clicks,spend\n1,2026-01-05,2,4233,10,76.53\n",
        76.53,
        "Paid Social",
    ),
    (
        "tiktok",
        "CAMPAIGN_ID,STAT_TIME_HOUR,CLICKS,SPEND\n1,2026-01-05 5:00:00,22,222.12\n2,2026-01-05 4:00:00,1,-\n",
        222.12,
        "Paid Social",
    ),
    (
        "linkedin",
        "campaign_id,day,clicks,cost_in_local_currency,cost_in_usd\n1,2026-01-05 00:00:00,1,20,22\n",
        20.0,
        "Paid Social",
    ),
    (
        "microsoft",
        "date,campaign_id,currency_code,clicks,spend\n2026-01-05,1,USD,3,4.5\n",
        4.5,
        "Paid Search",
    ),
    (
        "pinterest",
        "date,campaign_id,campaign_name,clickthrough_1,spend_in_micro_dollar\n2026-01-05,1,Summer,450,2250000\n",
        2.25,
        "Paid Social",
    ),
    (
        "amazon",
        "campaign_id,date,campaign_budget_currency_code,clicks,cost\n1,2026-01-05,USD,4,6.5\n",
        6.5,
        "Paid Shopping",
    ),
    (
        "snapchat",
        "campaign_id,date,spend,swipes\n1,2026-01-05T10:00:00,1500000,3\n",
        1.5,
        "Paid Social",
    ),
    (
        "reddit",
        "account_id,campaign_id,date,clicks,spend\n1,2,2026-01-05,108,158865149\n",
        158.865149,
        "Paid Social",
    ),
    (
        "x",
        "account_id,campaign_id,date,placement,billed_charge_local_micro,clicks\n1,2,2026-01-05 07:00:00,A,59621687,698\n",
        59.621687,
        "Paid Social",
    ),
    (
        "apple",
        "date,id,local_spend_amount,local_spend_currency,taps\n2026-01-05,1,5.09,USD,5\n",
        5.09,
        "Paid Search",
    ),
];

#[test]
fn every_preset_reads_its_export() {
    for (name, file, expected) in LOGS {
        let reading = read(&Mapping::preset(name).unwrap(), file);
        assert_eq!(events(&reading), expected, "{name}");
        assert_eq!(reading.report.skipped.rows, 0, "{name}");
    }
    for (name, file, cost, channel) in TABLES {
        let report = read_spend(&Mapping::preset(name).unwrap(), file)
            .unwrap()
            .report;
        assert_eq!(
            report.channels.get(channel),
            Some(&cost),
            "{name}: {report}"
        );
        assert!(report.wrong_totals.is_empty(), "{name}: {report}");
    }
    let logs = LOGS.iter().map(|row| row.0);
    let mut tested: Vec<&str> = logs.chain(TABLES.iter().map(|row| row.0)).collect();
    let mut known: Vec<&str> = Mapping::presets().collect();
    tested.sort_unstable();
    known.sort_unstable();
    assert_eq!(tested, known, "every preset is tested");
}

#[test]
fn presets_survive_writing_and_reading() {
    for name in Mapping::presets() {
        let preset = Mapping::preset(name).unwrap();
        let text = serde_json::to_string(&preset).unwrap();
        let again: Mapping = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&again).unwrap(), text, "{name}");
    }
}
