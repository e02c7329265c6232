//! Colours of a terminal's text (SGR), brought to the few that a theme can make readable on any ground.

use vte::Params;

/// How a character looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "a terminal sets each by itself")]
pub(super) struct Style {
    text: Option<Colour>,
    ground: Option<Colour>,
    bold: bool,
    dim: bool,
    italic: bool,
    underline: bool,
    struck: bool,
    inverse: bool,
}

/// A class: what it looks like is the theme's.
type Colour = &'static str;

/// The 16 colours of a terminal, in its order.
const BASIC: [Colour; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright-black",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-magenta",
    "bright-cyan",
    "bright-white",
];

/// The hues of other colours, each for 30 degrees of the circle.
const HUES: [Colour; 12] =
    ["red", "orange", "yellow", "lime", "green", "teal", "cyan", "azure", "blue", "violet", "magenta", "rose"];

impl Style {
    /// The classes that say it: `bold`, `dim`, `italic`, `underline`, `struck`, `inverse`, `t-` and `on-` with a colour;
    /// empty for text without any.
    pub(super) fn classes(&self) -> String {
        // On a tint of a colour all text is readable; on the ground of inverted text only its own.
        let (text, ground, inverse) = match (self.inverse, self.text, self.ground) {
            (false, text, ground) => (text, ground, false),
            (true, None, _) => (None, None, true),
            (true, Some(text), ground) => (ground, Some(text), false),
        };
        let words = [
            (self.bold, "bold"),
            (self.dim, "dim"),
            (self.italic, "italic"),
            (self.underline, "underline"),
            (self.struck, "struck"),
            (inverse, "inverse"),
        ];
        let mut classes: Vec<String> =
            words.into_iter().filter(|(set, _)| *set).map(|(_, word)| word.to_owned()).collect();
        classes.extend(text.map(|colour| format!("t-{colour}")));
        classes.extend(ground.map(|colour| format!("on-{colour}")));
        classes.join(" ")
    }

    /// Select Graphic Rendition (ECMA-48, section 8.3.117; the colours 38 and 48 in both their spellings).
    pub(super) fn select(&mut self, params: &Params) {
        let mut params = params.iter();
        while let Some(param) = params.next() {
            let Some(&code) = param.first() else { continue };
            match code {
                0 => *self = Self::default(),
                1 => self.bold = true,
                2 => self.dim = true,
                3 => self.italic = true,
                // 4:0 ends an underline.
                4 => self.underline = param.get(1) != Some(&0),
                7 => self.inverse = true,
                9 => self.struck = true,
                21 => self.underline = true,
                22 => (self.bold, self.dim) = (false, false),
                23 => self.italic = false,
                24 => self.underline = false,
                27 => self.inverse = false,
                29 => self.struck = false,
                30..=37 => self.text = basic(code - 30),
                39 => self.text = None,
                40..=47 => self.ground = basic(code - 40),
                49 => self.ground = None,
                90..=97 => self.text = basic(code - 82),
                100..=107 => self.ground = basic(code - 92),
                38 | 48 => {
                    let colour = if param.len() > 1 { with_colons(&param[1..]) } else { with_semicolons(&mut params) };
                    if let Some(colour) = colour {
                        *(if code == 38 { &mut self.text } else { &mut self.ground }) = Some(colour);
                    }
                }
                _ => {}
            }
        }
    }
}

fn basic(index: u16) -> Option<Colour> {
    BASIC.get(usize::from(index)).copied()
}

/// `38:5:n`, `38:2:r:g:b`, and `38:2:space:r:g:b`.
fn with_colons(rest: &[u16]) -> Option<Colour> {
    match rest {
        [5, index, ..] => indexed(*index),
        [2, _, red, green, blue, ..] | [2, red, green, blue] => Some(nearest(*red, *green, *blue)),
        _ => None,
    }
}

/// `38;5;n` and `38;2;r;g;b`.
fn with_semicolons<'a>(params: &mut impl Iterator<Item = &'a [u16]>) -> Option<Colour> {
    let mut next = || params.next().and_then(|param| param.first()).copied();
    match next()? {
        5 => indexed(next()?),
        2 => Some(nearest(next()?, next()?, next()?)),
        _ => None,
    }
}

/// A colour of the palette of 256: 16 basic ones, a cube of 6 × 6 × 6, and 24 greys.
fn indexed(index: u16) -> Option<Colour> {
    let level = |step: u16| if step == 0 { 0 } else { 55 + 40 * step };
    match index {
        0..=15 => basic(index),
        16..=231 => {
            let cube = index - 16;
            Some(nearest(level(cube / 36), level(cube / 6 % 6), level(cube % 6)))
        }
        232..=255 => {
            let grey = 8 + 10 * (index - 232);
            Some(nearest(grey, grey, grey))
        }
        _ => None,
    }
}

/// The class whose hue is nearest; greys keep their lightness.
fn nearest(red: u16, green: u16, blue: u16) -> Colour {
    let [red, green, blue] = [red, green, blue].map(|part| i32::from(part.min(255)));
    let (most, least) = (red.max(green).max(blue), red.min(green).min(blue));
    let spread = most - least;
    if spread < 32 {
        return match most {
            0..=63 => "black",
            64..=143 => "bright-black",
            144..=215 => "white",
            _ => "bright-white",
        };
    }
    // Sixths of the circle, each from one primary or mixed colour to the next, in degrees.
    let degrees = if most == red {
        60 * (green - blue) / spread
    } else if most == green {
        120 + 60 * (blue - red) / spread
    } else {
        240 + 60 * (red - green) / spread
    };
    let hue = usize::try_from((degrees + 360 + 15) % 360 / 30).unwrap_or_default();
    HUES.get(hue).copied().unwrap_or("white")
}
