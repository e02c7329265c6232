use serde::{Deserialize, Serialize};

use crate::protocol::{Problem, Rule, RuleAnswer};

/// The most rules of a folder.
pub const MOST_RULES: usize = 200;

/// The longest pattern or reason, in bytes.
pub const LONGEST: usize = 4 << 10;

/// A rule as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptRule {
    /// Its number in the folder; none is used twice.
    pub id: u32,
    /// When it was made or last changed, in milliseconds since the Unix epoch.
    pub made: i64,
    /// What it says.
    pub rule: Rule,
}

/// The rules of a folder, and whether they answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Book {
    /// The folder, canonical.
    pub(super) folder: String,
    /// When the rules were switched on, in milliseconds since the Unix epoch; none while they are off.
    on_since: Option<i64>,
    /// The number of the last rule that was made.
    last: u32,
    rules: Vec<KeptRule>,
}

impl Book {
    /// When the rules were switched on; none while they are off.
    pub fn on_since(&self) -> Option<i64> {
        self.on_since
    }

    /// The rules, oldest first.
    pub fn rules(&self) -> &[KeptRule] {
        &self.rules
    }

    /// Switches all rules on or off.
    pub fn switch(&mut self, on: bool, now: i64) {
        self.on_since = on.then(|| self.on_since.unwrap_or(now));
    }

    /// Makes a rule, or changes one.
    ///
    /// # Errors
    /// `rule_invalid` with what is wrong; `rule_gone`.
    pub fn put(&mut self, id: Option<u32>, rule: Rule, now: i64) -> Result<(), Problem> {
        let rule = checked(rule)?;
        let same = |kept: &KeptRule| {
            let Rule { kind, pattern, answer, .. } = &kept.rule;
            Some(kept.id) != id && (kind, pattern, answer) == (&rule.kind, &rule.pattern, &rule.answer)
        };
        if self.rules.iter().any(same) {
            return Err(invalid("There is such a rule already."));
        }
        if let Some(id) = id {
            let kept = self.rules.iter_mut().find(|kept| kept.id == id).ok_or_else(gone)?;
            (kept.rule, kept.made) = (rule, now);
            return Ok(());
        }
        if self.rules.len() >= MOST_RULES {
            return Err(invalid(&format!("There are {MOST_RULES} rules already; delete one that is not needed.")));
        }
        self.last += 1;
        self.rules.push(KeptRule { id: self.last, made: now, rule });
        Ok(())
    }

    /// Deletes a rule.
    ///
    /// # Errors
    /// `rule_gone`.
    pub fn delete(&mut self, id: u32) -> Result<(), Problem> {
        let at = self.rules.iter().position(|kept| kept.id == id).ok_or_else(gone)?;
        self.rules.remove(at);
        Ok(())
    }

    /// True when a person could have made it.
    pub(super) fn is_possible(&self) -> bool {
        let valid = |kept: &KeptRule| checked(kept.rule.clone()).is_ok_and(|rule| rule == kept.rule);
        self.rules.len() <= MOST_RULES && self.rules.iter().all(|kept| kept.id <= self.last && valid(kept))
    }
}

/// A rule without what means nothing.
fn checked(rule: Rule) -> Result<Rule, Problem> {
    let kind = rule.kind.trim().to_owned();
    if kind.is_empty() {
        return Err(invalid("A rule needs a kind of permission; * is any."));
    }
    if rule.pattern.trim().is_empty() {
        return Err(invalid("A rule needs a pattern; * is everything."));
    }
    let reason = rule.reason.map(|reason| reason.trim().to_owned());
    let reason = reason.filter(|reason| rule.answer == RuleAnswer::Deny && !reason.is_empty());
    let longest = [&kind, &rule.pattern].into_iter().chain(&reason).map(String::len).max();
    if longest > Some(LONGEST) {
        return Err(invalid(&format!("A rule's pattern and reason are at most {LONGEST} bytes long.")));
    }
    Ok(Rule { kind, reason, ..rule })
}

fn invalid(message: &str) -> Problem {
    Problem::new("rule_invalid", message)
}

fn gone() -> Problem {
    Problem::new("rule_gone", "This rule was deleted meanwhile.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(kind: &str, pattern: &str, answer: RuleAnswer, reason: Option<&str>) -> Rule {
        Rule { kind: kind.to_owned(), pattern: pattern.to_owned(), answer, reason: reason.map(str::to_owned) }
    }

    #[test]
    fn rules_are_made_changed_and_deleted_and_nonsense_is_refused() {
        let mut book = Book::default();
        book.put(None, rule(" bash ", "git *", RuleAnswer::Allow, Some("not for an allowance")), 1).unwrap();
        book.put(None, rule("bash", "git *", RuleAnswer::Deny, Some(" use jj ")), 2).unwrap();
        let kept: Vec<_> = book.rules().iter().map(|kept| (kept.id, kept.rule.clone())).collect();
        let denial = rule("bash", "git *", RuleAnswer::Deny, Some("use jj"));
        assert_eq!(kept, [(1, rule("bash", "git *", RuleAnswer::Allow, None)), (2, denial.clone())]);
        for (bad, word) in [
            (rule(" ", "x", RuleAnswer::Allow, None), "kind"),
            (rule("bash", " ", RuleAnswer::Allow, None), "pattern"),
            (rule("bash", &"x".repeat(LONGEST + 1), RuleAnswer::Allow, None), "bytes"),
            (rule("bash", "git *", RuleAnswer::Deny, None), "already"),
        ] {
            let problem = book.put(None, bad, 3).unwrap_err();
            assert!(problem.code == "rule_invalid" && problem.message.contains(word), "{problem}");
        }
        assert!(book.is_possible());
        book.put(Some(2), rule("bash", "git *", RuleAnswer::Deny, None), 4).unwrap();
        book.delete(1).unwrap();
        assert_eq!(book.delete(1).unwrap_err().code, "rule_gone");
        assert_eq!(book.put(Some(1), denial, 5).unwrap_err().code, "rule_invalid", "the other one says the same");
        book.put(None, rule("bash", "ls", RuleAnswer::Allow, None), 6).unwrap();
        assert_eq!(book.rules().iter().map(|kept| (kept.id, kept.made)).collect::<Vec<_>>(), [(2, 4), (3, 6)]);
        for number in book.rules().len()..MOST_RULES {
            book.put(None, rule("bash", &number.to_string(), RuleAnswer::Allow, None), 7).unwrap();
        }
        assert!(book.put(None, rule("bash", "one more", RuleAnswer::Allow, None), 8).is_err());
    }
}
