use std::ffi::OsString;

use proptest::prelude::*;

use super::*;

fn secrets(variables: &[(&str, &str)]) -> Secrets {
    let variables: Vec<(OsString, OsString)> =
        variables.iter().map(|(name, value)| (name.into(), value.into())).collect();
    Secrets::of_server("opencode", "pass-word-0123", variables.iter().map(|(name, value)| (name, value)))
}

#[test]
fn what_stands_after_the_name_of_a_secret_is_concealed() {
    for (text, shown) in [
        (r#""apiKey": "canary\"x", "model": "m""#, r#""apiKey": "[secret]", "model": "m""#),
        (r"apiKey: 'canary' }", r"apiKey: '[secret]' }"),
        (r#""apiKey": "canary never ends"#, r#""apiKey": "[secret]"#),
        (r#"{\"api_key\":\"canary\",\"a\":1}"#, r#"{\"api_key\":\"[secret]\",\"a\":1}"#),
        (
            "ANTHROPIC_API_KEY=canary GITHUB_PAT=canary HOME=/h",
            "ANTHROPIC_API_KEY=[secret] GITHUB_PAT=[secret] HOME=/h",
        ),
        ("Authorization: Bearer canary canary", "Authorization: [secret]"),
        (r#""Authorization": "Bearer canary""#, r#""Authorization": "[secret]""#),
        ("x-api-key: canary", "x-api-key: [secret]"),
        ("accessToken = canary;", "accessToken = [secret];"),
        ("clientSecret:canary", "clientSecret:[secret]"),
        ("https://me:canary@example.org/a?b", "https://[secret]@example.org/a?b"),
        ("key sk-canary0123456789abcdef.", "key [secret]"),
        ("(ghp_canary0123456789abcdef)", "([secret])"),
        ("PASSWORD=[password] TOKEN=[secret]", "PASSWORD=[password] TOKEN=[secret]"),
    ] {
        assert_eq!(conceal_named(text.to_owned()), shown, "{text}");
    }
    for text in [
        "level=INFO service=server tokens=123 maxTokens: 4096 message=\"listening on http://127.0.0.1:4096\"",
        "Unexpected token: }",
        "key=value keyboard: x, monkey: banana",
        "task-key",
        "the password is wrong",
        "apiKey: ",
        "\"headers\": {\"a\": 1}",
        "é: token",
        "mailto:a@example.org and http://host:80/a@b",
        "sk-short desk-012345678901234567890123456789",
        "",
    ] {
        assert_eq!(conceal_named(text.to_owned()), text);
    }
}

#[test]
fn the_password_and_secrets_of_the_environment_are_concealed_wherever_they_stand() {
    let config = r#"{"provider": {"p": {"options": {"apiKey": "in-a-config"}}}, "mcp": {"m": {"headers": {"X": "in-a-header"}, "url": "https://example.org"}}}"#;
    let known = secrets(&[
        ("OPENAI_API_KEY", "from-the-environment"),
        ("SHORT_TOKEN", "abc"),
        ("HOME", "/home/somebody"),
        ("OPENCODE_CONFIG_CONTENT", config),
        ("GOOGLE_CREDENTIALS", "/"),
    ]);
    let text =
        "a pass-word-0123 b from-the-environmentb in-a-config in-a-header abc /home/somebody https://example.org";
    assert_eq!(
        known.conceal(text.to_owned()),
        "a [password] b [secret]b [secret] [secret] abc /home/somebody https://example.org"
    );
    assert_eq!(known.conceal("Basic b3BlbmNvZGU6cGFzcy13b3JkLTAxMjM=".to_owned()), "Basic [password]");
    assert_eq!(known.conceal_cut("x pass-word-01".to_owned()), "x [password]");
    assert_eq!(known.conceal_cut("x from".to_owned()), "x [secret]");
    assert_eq!(known.conceal_cut("x fro".to_owned()), "x fro");
    assert!(!format!("{known:?}").contains("environment"));
}

#[test]
fn a_configuration_that_is_quoted_is_cut_to_its_errors() {
    // As the binary prints it.
    let output = "Error: Config file at /h/opencode.json is not valid JSON(C): \n--- JSONC Input ---\n{ \"apiKey\" \"canary\",\n\
        --- canary ---\n\n--- Errors ---\nColonExpected at line 1, column 12\n   Line 1: { \"apiKey\" \"canary\",\n                     ^\n\
        --- End ---\nLine 1: after";
    let mut quotes = Quotes::default();
    let shown: Vec<_> = output.lines().filter_map(|line| quotes.pass(line.to_owned())).collect();
    assert_eq!(
        shown,
        [
            "Error: Config file at /h/opencode.json is not valid JSON(C): ",
            "--- JSONC Input --- [the file is not shown: it can hold secrets]",
            "--- Errors ---",
            "ColonExpected at line 1, column 12",
            "--- End ---",
            "Line 1: after",
        ]
    );
    let mut quotes = Quotes::default();
    let log = quotes
        .pass(r#"level=ERROR error="--- JSONC Input ---\n{ canary } \n--- Errors ---\n Line 1: canary""#.to_owned());
    assert_eq!(log.unwrap(), "level=ERROR error=\"[the file is not shown: it can hold secrets]");
    assert_eq!(quotes.pass("after".to_owned()).unwrap(), "after");
    for (issue, shown) in [
        ("↳ Expected string, got 5 model", "↳ Expected string, got 5 model"),
        (r#"↳ Expected number, got "canary" a.b"#, "↳ Expected number, got [secret] a.b"),
        (r#"↳ Expected string, got {"v":"canary"} a.b"#, "↳ Expected string, got [secret] a.b"),
        (r#"↳ Expected string, got ["canary" a"#, "↳ Expected string, got [secret]"),
    ] {
        assert_eq!(Quotes::default().pass(issue.to_owned()).unwrap(), shown);
    }
}

proptest! {
    #[test]
    fn any_text_can_be_passed(lines in prop::collection::vec(
        prop_oneof![any::<String>(), "[a-zé:= \"'\\\\{}\\[\\]@/.-]{0,40}", Just("--- JSONC Input ---".to_owned()), Just("apiKey: \"".to_owned())], 0..8,
    )) {
        let known = secrets(&[("A_TOKEN", "é-ö-ü-12345")]);
        let mut quotes = Quotes::default();
        for line in &lines {
            for line in [line.clone(), format!("TOKEN={line}"), format!("got {line}"), format!("://{line}@x")] {
                if let Some(line) = quotes.pass(line) {
                    let shown = known.conceal_cut(conceal_received(line));
                    prop_assert!(!shown.contains("é-ö-ü-12345"));
                }
            }
        }
    }
}
