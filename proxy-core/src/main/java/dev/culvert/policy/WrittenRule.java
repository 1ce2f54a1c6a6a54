package dev.culvert.policy;

import dev.culvert.policy.Action.Access;
import dev.culvert.policy.Condition.OfCommands;
import dev.culvert.policy.Condition.OfFiles;
import dev.culvert.settings.Section;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A rule, and what its own keys except from it: blocked paths, larger files, arguments to confirm.
 *
 * @param exceptions stricter rules of the same tools
 * @param tests how many examples it has
 */
record WrittenRule(Rule rule, List<Rule> exceptions, int tests) {
    private static final List<String> EVERYWHERE = List.of("**");

    WrittenRule {
        exceptions = List.copyOf(exceptions);
    }

    /**
     * @param failed gets each test that fails
     * @throws IllegalArgumentException that begins with the key that is wrong
     */
    static WrittenRule read(Section section, Level level, Set<String> failed) {
        RuleKeys keys = RuleKeys.read(section);
        RuleKeys.Head head = keys.head();
        Rule rule =
                new Rule(
                        level,
                        head.name().orElse(section.name()),
                        section.position().toString(),
                        head.decision().orElseThrow(),
                        head.tools(),
                        new Condition.OfTools(),
                        limits(keys),
                        head.reason());
        int tests = keys.tests().match().size() + keys.tests().notMatch().size();
        WrittenRule written =
                keys.commands().prefix().isPresent()
                        ? ofCommands(rule, keys.commands(), tests)
                        : keys.files().isEmpty()
                                ? new WrittenRule(rule, List.of(), tests)
                                : ofFiles(rule, keys.files(), tests);
        written.check("match", keys.tests().match(), true, failed);
        written.check("not_match", keys.tests().notMatch(), false, failed);
        return written;
    }

    private static Limits limits(RuleKeys keys) {
        RuleKeys.Running running = keys.commands().running();
        Limits byDefault = Limits.DEFAULT;
        return new Limits(
                running.timeout().orElse(byDefault.timeout()),
                running.maxOutputBytes().orElse(byDefault.maxOutputBytes()),
                running.environment().orElse(byDefault.environment()),
                running.network().orElse(byDefault.network()),
                keys.files().maxBytes().orElse(byDefault.maxFileBytes()));
    }

    private static WrittenRule ofCommands(Rule rule, RuleKeys.Commands keys, int tests) {
        OfCommands condition =
                new OfCommands(
                        keys.prefix().orElseThrow(),
                        keys.arguments().orElse(List.of()),
                        keys.anyArgument().orElse(List.of()),
                        keys.folders().orElse(List.of()).stream().map(PathGlob::allowing).toList(),
                        keys.running().shell().orElse(false),
                        rule.limits());
        List<Rule> exceptions = new ArrayList<>();
        keys.confirmed()
                .ifPresent(globs ->
                        exceptions.add(
                                rule.except(
                                        "require_confirmation",
                                        Verdict.ASK,
                                        condition.withAnyArgument(globs))));
        return new WrittenRule(rule.about(condition), exceptions, tests);
    }

    private static WrittenRule ofFiles(Rule rule, RuleKeys.Files keys, int tests) {
        Set<Access> access =
                keys.access().<Set<Access>>map(Set::copyOf).orElse(EnumSet.allOf(Access.class));
        List<PathGlob> blocked =
                keys.blocked().orElse(EVERYWHERE).stream()
                        .map(PathGlob::blocking)
                        .map(glob -> rule.level() == Level.BUILT_IN ? glob.inAnyCase() : glob)
                        .toList();
        if (rule.verdict() == Verdict.DENY) {
            OfFiles condition = new OfFiles(access, blocked, OfFiles.ANY_SIZE);
            return new WrittenRule(rule.about(condition), List.of(), tests);
        }
        List<PathGlob> allowed =
                keys.allowed().orElse(EVERYWHERE).stream().map(PathGlob::allowing).toList();
        OfFiles condition = new OfFiles(access, allowed, OfFiles.ANY_SIZE);
        List<Rule> exceptions = new ArrayList<>();
        if (keys.blocked().isPresent()) {
            OfFiles blocking = new OfFiles(access, blocked, OfFiles.ANY_SIZE);
            exceptions.add(rule.except("blocked_paths", Verdict.DENY, blocking));
        }
        keys.maxBytes()
                .ifPresent(bytes ->
                        exceptions.add(
                                rule.except(
                                        "max_file_bytes",
                                        Verdict.DENY,
                                        new OfFiles(access, allowed, bytes))));
        return new WrittenRule(rule.about(condition), exceptions, tests);
    }

    /** Whether the rule says what it says, and none of its exceptions. */
    private boolean matches(Action action) {
        return rule.matches(action) && exceptions.stream().noneMatch(it -> it.matches(action));
    }

    private void check(String key, List<Example> examples, boolean wanted, Set<String> failed) {
        for (int i = 0; i < examples.size(); i++) {
            Example example = examples.get(i);
            String name = key + "[" + i + "]";
            Action action;
            try {
                action = example.action(rule.tools(), rule.condition());
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        name + " is " + example + ": " + e.getMessage(), e);
            }
            if (matches(action) != wanted) {
                failed.add(rule.where() + ' ' + key + ' ' + example);
                throw new IllegalArgumentException(
                        name
                                + " is "
                                + example
                                + (wanted
                                        ? ", which the rule does not match"
                                        : ", which the rule matches")
                                + ": correct the rule or the example");
            }
        }
    }

    List<Rule> all() {
        List<Rule> all = new ArrayList<>();
        all.add(rule);
        all.addAll(exceptions);
        return all;
    }
}
