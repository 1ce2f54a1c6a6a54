package dev.culvert.policy;

import static java.nio.charset.StandardCharsets.US_ASCII;

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
        return strictest(
                files.stream()
                        .map(file ->
                                strictest(file, action)
                                        .map(Policy::decided)
                                        .orElseGet(() -> byDefault(file)))
                        .toList());
    }

    /**
     * What is certain when a model calls a tool and its arguments are not known, or nobody here
     * understands them: deny, if no arguments could make it anything else.
     */
    public Decision decideByName(String tool) {
        return strictest(files.stream().map(file -> byName(file, tool)).toList());
    }

    private static Decision strictest(List<Decision> decisions) {
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

    /** The strictest rule about any call; without one, the mildest about some calls. */
    private static Decision byName(PolicyFile file, String tool) {
        Rule certain = null;
        Rule possible = null;
        for (Rule rule : file.rules()) {
            if (!rule.mayBeAbout(tool)) {
                continue;
            }
            if (rule.condition() instanceof Condition.OfTools) {
                certain = certain == null || rule.isStricterThan(certain) ? rule : certain;
            }
            possible = possible == null || possible.isStricterThan(rule) ? rule : possible;
        }
        if (certain != null && certain.verdict() != Verdict.ALLOW) {
            return decided(certain);
        }
        return possible == null || possible.verdict() == Verdict.DENY
                ? byDefault(file)
                : decided(possible);
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
            boolean isStricter = strictest == null || rule.isStricterThan(strictest);
            if (isStricter && rule.matches(action)) {
                strictest = rule;
            }
        }
        return Optional.ofNullable(strictest);
    }
}
