//! Colours, by arithmetic.

use crate::report::svg::style::{OTHERS, SERIES};

type Rgb = [f64; 3];

/// How deuteranopia, protanopia and tritanopia see (Machado, Oliveira and Fernandes 2009, severity
/// 1), in linear light; and how others do.
const SIGHTS: [[Rgb; 3]; 4] = [
    [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
];

/// Linear light of a colour such as `#0a66b0` (sRGB, IEC 61966-2-1).
fn linear(colour: &str) -> Rgb {
    [1, 3, 5].map(|at| {
        let part = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        match part <= 0.04045 {
            true => part / 12.92,
            false => libm::pow((part + 0.055) / 1.055, 2.4),
        }
    })
}

/// Contrast of two colours (WCAG 2.2), 1 to 21.
fn contrast(a: &str, b: &str) -> f64 {
    let [a, b] = [a, b].map(|colour| {
        let [r, g, b] = linear(colour);
        0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05
    });
    a.max(b) / a.min(b)
}

/// Oklab (Ottosson 2020), in which distances are about as large as they look.
fn oklab([r, g, b]: Rgb) -> Rgb {
    let root = |x: f64| libm::cbrt(x.max(0.0));
    let l = root(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    let m = root(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    let s = root(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    [
        0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
        1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
        0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
    ]
}

/// The least distance of two colours in the eyes of anybody.
fn distance(a: &str, b: &str) -> f64 {
    let seen = |sight: &[Rgb; 3], colour: &str| {
        let light = linear(colour);
        oklab(
            sight
                .map(|row| {
                    row.iter()
                        .zip(light)
                        .map(|(x, y)| (x * y).max(-1.0))
                        .sum::<f64>()
                })
                .map(|x| x.max(0.0)),
        )
    };
    let apart = |sight: &[Rgb; 3]| {
        let (a, b) = (seen(sight, a), seen(sight, b));
        a.iter()
            .zip(b)
            .map(|(x, y)| (x - y) * (x - y))
            .sum::<f64>()
            .sqrt()
    };
    SIGHTS.iter().map(apart).fold(f64::INFINITY, f64::min)
}

fn other(name: &str, dark: bool) -> &'static str {
    let (_, light, night) = OTHERS.iter().find(|(known, _, _)| *known == name).unwrap();
    if dark { night } else { light }
}

fn series(dark: bool) -> Vec<&'static str> {
    SERIES
        .iter()
        .map(|(light, night)| if dark { *night } else { *light })
        .collect()
}

#[test]
fn black_on_white_is_twenty_one_to_one() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9);
    // the largest grey that passes for text on white
    assert!((4.5..4.6).contains(&contrast("#767676", "#ffffff")));
}

#[test]
fn marks_stand_out_and_texts_can_be_read() {
    for dark in [false, true] {
        for ground in ["page", "card"].map(|name| other(name, dark)) {
            for mark in series(dark)
                .into_iter()
                .chain([other("rest", dark), other("axis", dark)])
            {
                assert!(
                    contrast(mark, ground) >= 3.0,
                    "{mark} on {ground}: {}",
                    contrast(mark, ground)
                );
            }
            for text in ["ink", "mut"].map(|name| other(name, dark)) {
                assert!(contrast(text, ground) >= 4.5, "{text} on {ground}");
            }
        }
    }
}

#[test]
fn text_on_the_fullest_field_of_a_heat_map_can_be_read() {
    for dark in [false, true] {
        for colour in [series(dark)[0], series(dark)[1]] {
            let mix = |at: usize| {
                let part = |hex: &str| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap());
                0.54 * part(colour) + 0.46 * part(other("card", dark))
            };
            let [r, g, b] = [1, 3, 5].map(|at| mix(at).round() as u8);
            let field = format!("#{r:02x}{g:02x}{b:02x}");
            assert!(contrast(other("ink", dark), &field) >= 4.5, "{field}");
        }
    }
}

#[test]
fn colours_are_told_apart_by_anybody() {
    for dark in [false, true] {
        let all = series(dark);
        for (at, a) in all[..4].iter().enumerate() {
            for b in &all[..at] {
                assert!(distance(a, b) > 0.09, "{a} and {b}: {}", distance(a, b));
            }
        }
        for pair in all.windows(2) {
            assert!(
                distance(pair[0], pair[1]) > 0.075,
                "{pair:?}: {}",
                distance(pair[0], pair[1])
            );
        }
    }
}
