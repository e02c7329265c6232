//! What the rules say of a request. Pure.

use crate::protocol::RuleAnswer;

use super::book::{Book, KeptRule};
use super::pattern::covers;

/// An answer by rules, with those that gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision<'a> {
    /// Each pattern is allowed by one of these.
    Allow(Vec<&'a KeptRule>),
    /// This one denies it.
    Deny(&'a KeptRule),
}

/// What the rules answer to a request for permission that was made at `asked`, in milliseconds since the Unix epoch; none
/// where the person is to be asked.
///
/// A rule answers only what was asked after it was made and switched on; a denial keeps an older request from being
/// allowed all the same. One that names no pattern is never allowed: what it would do is not known.
pub fn decide<'a>(book: &'a Book, kind: &str, patterns: &[String], asked: i64) -> Option<Decision<'a>> {
    let on_since = book.on_since()?;
    let in_force = |rule: &&KeptRule| rule.made.max(on_since) < asked;
    let of_kind = |answer: RuleAnswer| {
        book.rules().iter().filter(move |kept| kept.rule.answer == answer && covers(&kept.rule.kind, kind))
    };
    let denies = |kept: &&KeptRule| {
        let matched = |pattern: &String| covers(&kept.rule.pattern, pattern);
        patterns.iter().any(matched) || (patterns.is_empty() && covers(&kept.rule.pattern, ""))
    };
    if of_kind(RuleAnswer::Deny).any(|kept| denies(&kept)) {
        return of_kind(RuleAnswer::Deny).filter(denies).find(in_force).map(Decision::Deny);
    }
    let mut by: Vec<&KeptRule> = Vec::new();
    for pattern in patterns {
        let allows = |kept: &&KeptRule| covers(&kept.rule.pattern, pattern);
        let kept = of_kind(RuleAnswer::Allow).filter(in_force).find(allows)?;
        if by.iter().all(|other| other.id != kept.id) {
            by.push(kept);
        }
    }
    (!by.is_empty()).then_some(Decision::Allow(by))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::protocol::Rule;

    /// With these rules, made at 10, 20, …, switched on at 5.
    fn book(rules: &[(&str, &str, RuleAnswer)]) -> Book {
        let mut book = Book::default();
        book.switch(true, 5);
        for ((kind, pattern, answer), made) in rules.iter().zip((10..).step_by(10)) {
            let rule = Rule { kind: (*kind).to_owned(), pattern: (*pattern).to_owned(), answer: *answer, reason: None };
            book.put(None, rule, made).unwrap();
        }
        book
    }

    /// The numbers of the rules that allow or deny it.
    fn decided(book: &Book, kind: &str, patterns: &[&str], asked: i64) -> Option<(RuleAnswer, Vec<u32>)> {
        let patterns: Vec<_> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        decide(book, kind, &patterns, asked).map(|decision| match decision {
            Decision::Allow(by) => (RuleAnswer::Allow, by.iter().map(|kept| kept.id).collect()),
            Decision::Deny(by) => (RuleAnswer::Deny, vec![by.id]),
        })
    }

    const ALLOW: RuleAnswer = RuleAnswer::Allow;
    const DENY: RuleAnswer = RuleAnswer::Deny;

    #[test]
    fn every_pattern_must_be_allowed_and_any_denial_wins() {
        let book = book(&[("bash", "git *", ALLOW), ("bash", "ls *", ALLOW), ("*", "*secret*", DENY)]);
        let now = 1_000;
        assert_eq!(decided(&book, "bash", &["git status"], now), Some((ALLOW, vec![1])));
        assert_eq!(decided(&book, "bash", &["git status", "ls", "git log"], now), Some((ALLOW, vec![1, 2])));
        assert_eq!(
            decided(&book, "bash", &["git status", "rm -rf /"], now),
            None,
            "one part of a chain is not allowed"
        );
        assert_eq!(decided(&book, "bash", &["ls", "git add secret.txt"], now), Some((DENY, vec![3])));
        assert_eq!(decided(&book, "read", &["/a/secret.txt"], now), Some((DENY, vec![3])));
        assert_eq!(decided(&book, "edit", &["git status"], now), None, "of another kind");
        assert_eq!(decided(&book, "bash", &[], now), None);
    }

    #[test]
    fn what_names_no_pattern_is_denied_by_what_denies_everything_and_never_allowed() {
        assert_eq!(decided(&book(&[("*", "*", ALLOW)]), "bash", &[], 1_000), None);
        assert_eq!(decided(&book(&[("bash", "*", DENY)]), "bash", &[], 1_000), Some((DENY, vec![1])));
        assert_eq!(decided(&book(&[("bash", "rm *", DENY)]), "bash", &[], 1_000), None);
    }

    #[test]
    fn a_rule_answers_nothing_that_was_asked_before_it_or_before_the_switch() {
        let mut book = book(&[("bash", "ls", ALLOW), ("bash", "l*", DENY)]);
        assert_eq!(decided(&book, "bash", &["ls"], 15), None, "a denial that is newer than the request");
        assert_eq!(decided(&book, "bash", &["ls"], 20), None);
        assert_eq!(decided(&book, "bash", &["ls"], 21), Some((DENY, vec![2])));
        book.delete(2).unwrap();
        assert_eq!(decided(&book, "bash", &["ls"], 10), None);
        assert_eq!(decided(&book, "bash", &["ls"], 11), Some((ALLOW, vec![1])));
        book.switch(false, 30);
        assert_eq!(decided(&book, "bash", &["ls"], i64::MAX), None);
        book.switch(true, 40);
        assert_eq!(decided(&book, "bash", &["ls"], 35), None, "it was asked while nothing was answered");
        assert_eq!(decided(&book, "bash", &["ls"], 41), Some((ALLOW, vec![1])));
        book.switch(true, 50);
        assert_eq!(decided(&book, "bash", &["ls"], 45), Some((ALLOW, vec![1])), "it was on already");
        let rule = book.rules()[0].rule.clone();
        book.put(Some(1), rule, 60).unwrap();
        assert_eq!(decided(&book, "bash", &["ls"], 55), None, "a rule that was changed is new");
    }

    proptest! {
        /// Compared with the definition, spelled out by hand over a small alphabet.
        #[test]
        fn it_allows_exactly_where_all_is_allowed_and_nothing_denied(
            rules in prop::collection::vec(("[ab*]", "[ab*?]{1,3}", any::<bool>()), 0..6),
            kind in "[ab]",
            patterns in prop::collection::vec("[ab]{0,3}", 0..4),
        ) {
            let mut book = Book::default();
            book.switch(true, 0);
            for (kind, pattern, allow) in rules {
                let answer = if allow { ALLOW } else { DENY };
                // The same again is refused.
                book.put(None, Rule { kind, pattern, answer, reason: None }, 1).ok();
            }
            let matching = |pattern: &str, wanted: RuleAnswer| book.rules().iter().any(|kept| {
                kept.rule.answer == wanted && covers(&kept.rule.kind, &kind) && covers(&kept.rule.pattern, pattern)
            });
            let nothing = patterns.is_empty() && matching("", DENY);
            let denied = nothing || patterns.iter().any(|pattern| matching(pattern, DENY));
            let allowed = !denied && !patterns.is_empty() && patterns.iter().all(|pattern| matching(pattern, ALLOW));
            let is = match decide(&book, &kind, &patterns, 2) {
                Some(Decision::Allow(_)) => (true, false),
                Some(Decision::Deny(_)) => (false, true),
                None => (false, false),
            };
            prop_assert_eq!(is, (allowed, denied));
        }
    }
}
