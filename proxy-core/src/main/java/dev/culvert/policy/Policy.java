package dev.culvert.policy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The files of all levels together. In each file deny beats ask beats allow, whatever the order of
 * its rules, and its default, which is to deny, is for what no rule is about. The strictest file
 * decides: so each can only narrow what the others allow.
 */
public final class Policy {
    private static final Decision UNRULED =
            new Decision(Verdict.ALLOW, null, "there is no policy", Limits.DEFAULT);

    /** Without a rule: everything is allowed, as far as what acts does not refuse it. */
    public static final Policy NONE = new Policy(List.of());

    private final List<PolicyFile> files;
    private final String version;

    private Policy(Collection<PolicyFile> files) {
        this.files = files.stream().sorted(Comparator.comparing(PolicyFile::level)).toList();
        this.version = version(this.files);
    }

    public static Policy of(Collection<PolicyFile> files) {
        return new Policy(files);
    }

    /** The digest of the file, or of the digests of all files. */
    private static String version(List<PolicyFile> files) {
        if (files.size() == 1) {
            return files.getFirst().version();
        }
        String all = String.join("\n", files.stream().map(PolicyFile::version).toList());
        return Digest.of(all.getBytes(US_ASCII));
    }

    /** {@code sha256:} and 64 hexadecimal digits; comments and blanks do not change it. */
    public String version() {
        return version;
    }

    /** The highest level first. */
    public List<PolicyFile> files() {
        return files;
    }

    /** Each rule that is about the action, those of the highest level first. */
    public List<Rule> matching(Action action) {
        return files.stream()
                .flatMap(file -> file.rules().stream())
                .filter(rule -> rule.matches(action))
                .toList();
    }

    public Decision decide(Action action) {
        List<Decision> decisions = new ArrayList<>();
        for (PolicyFile file : files) {
            Optional<Rule> rule = strictest(file, action);
            decisions.add(rule.map(Policy::decided).orElseGet(() -> byDefault(file)));
        }
        Decision strictest =
                decisions.stream().max(Comparator.comparing(Decision::verdict)).orElse(UNRULED);
        Limits limits =
                decisions.stream()
                        .filter(decision -> decision.by() != null)
                        .map(Decision::limits)
                        .reduce(Limits::and)
                        .orElse(Limits.DEFAULT);
        return new Decision(strictest.verdict(), strictest.by(), strictest.why(), limits);
    }

    private static Decision decided(Rule by) {
        return new Decision(by.verdict(), by, by.sentence(), by.limits());
    }

    private static Decision byDefault(PolicyFile file) {
        String why =
                switch (file.byDefault()) {
                    case DENY -> "no rule of " + file.name() + " allows it";
                    case ASK ->
                            "no rule of " + file.name() + " is about it, and its default is ask";
                    case ALLOW -> "no rule of " + file.name() + " denies it";
                };
        return new Decision(file.byDefault(), null, why, Limits.DEFAULT);
    }

    /** The first of those with the strictest verdict. */
    private static Optional<Rule> strictest(PolicyFile file, Action action) {
        Rule strictest = null;
        for (Rule rule : file.rules()) {
            boolean isStricter =
                    strictest == null || rule.verdict().compareTo(strictest.verdict()) > 0;
            if (isStricter && rule.matches(action)) {
                strictest = rule;
            }
        }
        return Optional.ofNullable(strictest);
    }
}
