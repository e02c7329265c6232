use proptest::prelude::*;

use super::checker::assert_safe;
use super::html;
use crate::render::render;

#[test]
fn a_formula_is_mathml_in_a_line_and_by_itself() {
    assert_eq!(
        html(r"The $x_1 < 2$ of it."),
        "<p>The <math><msub><mi>x</mi><mn>1</mn></msub><mo>&lt;</mo><mn>2</mn></math> of it.</p>"
    );
    assert_eq!(
        html("$$\n\\sqrt{x}\n$$"),
        r#"<p><span class="formula"><math display="block"><msqrt><mi>x</mi></msqrt></math></span></p>"#
    );
    assert!(html(r"$\frac{1}{2}$").contains("<mfrac><mn>1</mn><mn>2</mn></mfrac>"));
    assert!(html(r"$\begin{pmatrix} a & b \\ c & d \end{pmatrix}$").contains("<mtable"));
}

#[test]
fn brackets_with_backslashes_are_marks_too() {
    let same = |brackets: &str, dollars: &str| assert_eq!(html(brackets), html(dollars), "{brackets}");
    same(r"The \(x_1 < 2\) of *it* \(n\).", "The $x_1 < 2$ of *it* $n$.");
    same("\\[\n\\sqrt{x}\n\\]", "$$\n\\sqrt{x}\n$$");
    same(r"\[ \sqrt{x} \]", r"$$ \sqrt{x} $$");
    same(r"so \[E = mc^2\] holds", r"so $$E = mc^2$$ holds");
    same(
        "- a \\(a*b*c\\)\n  \\[a\n  \\\\ b\\]\n\n> \\(x^{\n> 2}\\)",
        "- a $a*b*c$\n  $$a\n  \\\\ b$$\n\n> $x^{\n> 2}$",
    );
    same("| a |\n| - |\n| \\(x \\le 2\\) |", "| a |\n| - |\n| $x \\le 2$ |");
    same(r"**\(O(n)\)**: [\(x\)](https://a.b), \(\{1\}\)", r"**$O(n)$**: [$x$](https://a.b), $\{1\}$");
    same("# \\(x\\)", "# $x$");
    assert_eq!(html(r"\( x \)"), "<p><math><mi>x</mi></math></p>");
}

#[test]
fn escaped_brackets_that_are_no_formulas_stay_what_they_were() {
    for (text, shown) in [
        (r"\[x\] done", "[x] done"),
        (r"\[1\] Smith", "[1] Smith"),
        (r"\[text\](https://a.b)", r#"[text](<a href="https://a.b" rel="noreferrer">https://a.b</a>)"#),
        (r"call f\(a, b\)", "call f(a, b)"),
        (r"\(see below\)", "(see below)"),
        (r"a \(open", "a (open"),
        (r"\(a} b\) \({a\)", "(a} b) ({a)"),
        (r"\(\) \[ \]", "() [ ]"),
        (r"\\(x^2\\)", r"\(x^2\)"),
        (r"`\(x^2\)`", r"<code>\(x^2\)</code>"),
        (r"\(a `b\)` c", r"(a <code>b\)</code> c"),
        (r"\(5$ or \$6\)", "(5$ or $6)"),
    ] {
        assert_eq!(html(text), format!("<p>{shown}</p>"), "{text}");
    }
    assert_eq!(html("\\(a\n\n- b\\)"), "<p>(a</p><ul>\n<li>b)</li></ul>".replace('\n', ""));
    assert!(!html("```\n\\(x^2\\)\n```\n\n    \\[x^2\\]\n").contains("<math"));
    assert_eq!(html(r"\(\nothing{x}\)"), r"<p>\(\nothing{x}\)</p>", "what cannot be read, as it was written");
}

#[test]
fn money_and_variables_are_no_formulas() {
    for text in [
        "It costs $5, or $6.",
        "From $5 to $10 and $HOME/$USER.",
        "$PATH:$HOME:$PWD",
        "US$5 or A$6$",
        "$1,$2,$3",
        "Set $a and $b.",
        "a$b$c",
    ] {
        assert_eq!(html(text), format!("<p>{text}</p>"), "{text}");
    }
    assert_eq!(html("`$x$`"), "<p><code>$x$</code></p>");
}

#[test]
fn what_cannot_be_read_stays_as_it_was_written() {
    for text in [r"$\nothing{x}$", r"$\frac{1}{2$", r"$x^$", "$$\\nothing$$"] {
        assert_eq!(html(text), format!("<p>{text}</p>"), "{text}");
    }
    assert_eq!(html("$a\u{202E}b$"), "<p>$a<span class=\"control\">U+202E</span>b$</p>");
}

#[test]
fn formulas_that_mislead_or_cost_are_harmless() {
    let deep = |piece: &str, count: usize| format!("${}$", piece.repeat(count));
    let braces = |count: usize| format!("${}x{}$", "{".repeat(count), "}".repeat(count));
    for formula in [
        r"$\text{<script>alert(1)</script>}$".to_owned(),
        r"$\href{javascript:alert(1)}{x}$".to_owned(),
        r"$\ref{x}$".to_owned(),
        r"$\text{&lt;img src=x&gt;}$".to_owned(),
        r"$\color{red} x \textcolor{#ff0000}{y}$".to_owned(),
        r"$\textbf{a} \mathbf{b} \textsf{c} \textsc{d} \underline{e} \cancel{f}$".to_owned(),
        r"$$\begin{align} a &= b \tag{1} \label{x} \\ c &= d \end{align}$$".to_owned(),
        r"$\def\a{\a}\a$".to_owned(),
        r"$\newcommand{\a}{\a\a}\a$".to_owned(),
        deep(r"\sqrt", 399),
        deep("x^", 399),
        deep(r"\sqrt", 100_000),
        deep(r"\left(", 300),
        deep(r"\begin{matrix}", 300),
        format!("${}x{}$", r"\sqrt{".repeat(190), "}".repeat(190)),
        braces(30),
        braces(398),
        braces(100_000),
        deep("x", 100_000),
    ] {
        assert_safe(&render(&formula));
        assert_safe(&render(&format!("- > {formula}\n")));
    }
}

proptest! {
    /// Whatever formulas hold: safe elements, and no end of the program.
    #[test]
    fn any_formula_is_safe(pieces in prop::collection::vec(piece(), 0..40), display in any::<bool>()) {
        let marks = if display { "$$" } else { "$" };
        assert_safe(&render(&format!("a {marks}{}{marks} b", pieces.concat())));
        assert_safe(&render(&format!("x\n\n{marks}{}", pieces.concat())));
        let (opening, closing) = if display { (r"\[", r"\]") } else { (r"\(", r"\)") };
        assert_safe(&render(&format!("a {opening}{}{closing} b", pieces.concat())));
    }
}

fn piece() -> impl Strategy<Value = String> {
    let words = [
        r"\frac",
        r"\sqrt",
        r"\left",
        r"\right",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        "^",
        "_",
        "&",
        r"\\",
        r"\begin{matrix}",
        r"\end{matrix}",
        r"\begin{align}",
        r"\end{align}",
        r"\begin{array}{c|c}",
        r"\end{array}",
        r"\text{",
        r"\sum",
        r"\int",
        r"\limits",
        r"\mathbb{R}",
        r"\hline",
        r"\tag{1}",
        r"\ref{x}",
        r"\label{x}",
        r"\color{red}",
        r"\not",
        r"\operatorname{",
        r"\overset",
        r"\cancel",
        r"\mathrm",
        r"\big",
        r"\middle|",
        "'",
        "x",
        "12",
        ".",
        "<",
        ">",
        "&lt;",
        "\"",
        "~",
        "%",
        "#1",
        r"\def",
        r"\newcommand",
        r"\ ",
        r"\,",
        "|",
        r"\substack{",
        r"\genfrac",
        r"\prod",
        r"\hspace{1em}",
        r"\rule{1em}{1em}",
        r"\mathop",
        r"\phantom{",
        r"\raisebox",
        r"\class",
        r"\style",
        r"\href{",
    ];
    prop_oneof![8 => prop::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => "\\PC{1,3}"]
}
