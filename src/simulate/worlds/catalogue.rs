//! The numbers behind each world. They are invented; sizes and decays are of the order that
//! advertisers report.

use crate::simulate::worlds::World;

/// How a world works.
#[derive(Debug, Clone)]
pub(super) struct Mechanism {
    pub(super) channels: Vec<Channel>,
    /// Conversions a day that come without any touch.
    pub(super) baseline: f64,
    pub(super) response: Response,
    pub(super) intent: Option<Intent>,
    /// (parent, child, touches of the child that one of the parent brings).
    pub(super) brings: Vec<(usize, usize, f64)>,
}

/// A channel and what one touch of it does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Channel {
    pub(super) name: &'static str,
    pub(super) paid: bool,
    /// Touches a day of a person of average activity.
    pub(super) rate: f64,
    /// Conversions that one touch brings by itself.
    pub(super) effect: f64,
    /// Days after which 1/e of the effect is still to come.
    pub(super) tau: f64,
    /// What a touch costs.
    pub(super) cost: f64,
    /// Whether it runs in two flights of two weeks only.
    pub(super) flights: bool,
}

/// How the channels' excitations make an intensity.
#[derive(Debug, Clone)]
pub(super) enum Response {
    /// Their sum, on top of the baseline.
    Sum,
    /// Each saturates at `limit` of what one fresh touch gives, and pairs add `synergy` conversions
    /// a day while both had a touch within 7 days.
    Saturating {
        limit: f64,
        pairs: Vec<(usize, usize)>,
        synergy: f64,
    },
    /// The baseline times the product of `1 + gain x excitation`.
    Product { gain: f64 },
}

/// Stretches of time in which a person is about to buy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Intent {
    /// Such stretches a day.
    pub(super) rate: f64,
    /// Their mean length in days.
    pub(super) days: f64,
    /// Conversions a day on top of the baseline.
    pub(super) lift: f64,
    /// The channel that chases the person, and its touches a day.
    pub(super) chaser: usize,
    pub(super) touches: f64,
}

const fn channel(name: &'static str, rate: f64, effect: f64, tau: f64, cost: f64) -> Channel {
    Channel {
        name,
        paid: true,
        rate,
        effect,
        tau,
        cost,
        flights: false,
    }
}

/// The seven channels every world has, by name.
fn common() -> Vec<Channel> {
    vec![
        channel("affiliate", 0.004, 0.0115, 1.2, 0.9),
        channel("display", 0.016, 0.0019, 3.0, 0.004),
        channel("email", 0.014, 0.0042, 1.5, 0.01),
        channel("paid_search", 0.009, 0.0130, 0.6, 0.8),
        channel("social", 0.014, 0.0037, 2.0, 0.05),
        Channel {
            flights: true,
            ..channel("tv", 0.024, 0.0032, 2.5, 0.012)
        },
        channel("video", 0.011, 0.0034, 2.5, 0.02),
    ]
}

impl Mechanism {
    pub(super) fn of(world: World) -> Self {
        let plain = Self {
            channels: common(),
            baseline: 0.0,
            response: Response::Sum,
            intent: None,
            brings: Vec::new(),
        };
        match world {
            World::Additive => plain,
            World::Baseline => Self {
                baseline: 0.000_27,
                ..plain.scaled(0.8)
            },
            World::Saturation => saturation(plain),
            World::Retargeting => retargeting(plain),
            World::Upstream => upstream(plain.scaled(0.7)),
            World::Multiplicative => Self {
                baseline: 0.000_22,
                response: Response::Product { gain: 1_200.0 },
                ..plain.scaled(0.75)
            },
        }
    }

    fn scaled(mut self, factor: f64) -> Self {
        self.channels
            .iter_mut()
            .for_each(|channel| channel.effect *= factor);
        self
    }
}

/// Quick channels work better beside slow ones. A sum without pairs gives what two do together to
/// whichever is the more active at the time, the slow one; removal takes it from both, and as
/// nearly every channel has a partner, shares by removal and by Shapley value are close.
fn saturation(plain: Mechanism) -> Mechanism {
    let effects = [
        (0.0138, 0.4),
        (0.0023, 4.0),
        (0.0050, 0.4),
        (0.0078, 0.3),
        (0.0013, 2.0),
        (0.0077, 4.0),
        (0.0053, 4.0),
    ];
    let channels = plain
        .channels
        .into_iter()
        .zip(effects)
        .map(|(channel, (effect, tau))| Channel {
            effect,
            tau,
            ..channel
        })
        .collect();
    let response = Response::Saturating {
        limit: 2.5,
        pairs: vec![(0, 1), (2, 5), (3, 6)],
        synergy: 0.003,
    };
    Mechanism {
        channels,
        baseline: 0.000_045,
        response,
        ..plain
    }
}

fn retargeting(plain: Mechanism) -> Mechanism {
    let mut channels = plain.channels;
    channels.push(channel("retargeting", 0.0, 0.000_3, 1.0, 0.006));
    let intent = Intent {
        rate: 0.001_6,
        days: 4.0,
        lift: 0.015,
        chaser: 7,
        touches: 0.8,
    };
    Mechanism {
        channels,
        baseline: 0.000_03,
        intent: Some(intent),
        ..plain
    }
}

fn upstream(plain: Mechanism) -> Mechanism {
    let mut channels = plain.channels;
    channels.push(Channel {
        paid: false,
        ..channel("branded_search", 0.006, 0.015, 0.3, 0.3)
    });
    for weak in [1, 5, 6] {
        channels[weak].effect *= 0.3;
    }
    let brings = vec![(1, 7, 0.06), (5, 7, 0.09), (6, 7, 0.10)];
    Mechanism {
        channels,
        baseline: 0.000_1,
        brings,
        ..plain
    }
}
