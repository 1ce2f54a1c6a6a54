package dev.culvert.daemon.client.compliance;

import dev.culvert.audit.Head;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Section;
import dev.culvert.settings.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code infra/compliance.json} declares.
 *
 * @param skip built-in checks that are not made
 * @param audit logs on this machine
 */
public record ComplianceFile(List<Skip> skip, Limits limits, List<Audit> audit, List<Rule> rules) {
    /** The name of the file. */
    public static final String FILE = "compliance.json";

    public static final ComplianceFile NONE =
            new ComplianceFile(List.of(), Limits.DEFAULTS, List.of(), List.of());

    /** A check that is not made, and why. */
    record Skip(String check, String why) {
        Skip {
            if (!BuiltIn.NAMES.contains(check)) {
                throw new IllegalArgumentException(
                        "check is \"%s\": it takes %s"
                                .formatted(check, String.join(", ", BuiltIn.NAMES)));
            }
            if (why.isBlank()) {
                throw new IllegalArgumentException(
                        "the check %s is skipped without a reason: add \"why\"".formatted(check));
            }
        }

        private static Skip read(Section section) {
            return new Skip(section.get("check", Kind.TEXT, ""), section.get("why", Kind.TEXT, ""));
        }
    }

    /**
     * The bounds of built-in checks.
     *
     * @param tokenDays how old a token may be
     * @param adminTokenDays how long one with the scope admin may still be valid
     * @param storagePercent how full a storage may be
     */
    record Limits(int tokenDays, int adminTokenDays, int storagePercent) {
        static final Limits DEFAULTS = new Limits(365, 90, 90);

        private static Limits read(Section section) {
            return new Limits(
                    section.get("token_days", Kind.INT, DEFAULTS.tokenDays),
                    section.get("admin_token_days", Kind.INT, DEFAULTS.adminTokenDays),
                    section.get("storage_percent", Kind.INT, DEFAULTS.storagePercent));
        }
    }

    /**
     * An audit log.
     *
     * @param file relative to the folder of the file that names it; empty for the daemon's own
     * @param head that was noted before
     */
    record Audit(String file, Optional<Head> head) {
        private static final Pattern HEAD = Pattern.compile("([1-9][0-9]{0,17}):([0-9a-f]{64})");

        private static Audit read(Section section) {
            return new Audit(
                    section.get("file", Kind.TEXT, ""),
                    section.find("head", Kind.TEXT).map(Audit::head));
        }

        private static Head head(String text) {
            Matcher parts = HEAD.matcher(text);
            if (!parts.matches()) {
                throw new IllegalArgumentException(
                        "head is \"%s\": it takes NUMBER:HASH, as culvert audit verify prints it"
                                .formatted(text));
            }
            return new Head(Long.parseLong(parts.group(1)), parts.group(2));
        }
    }

    /**
     * Reads one.
     *
     * @throws UsageException with line and column, if it is wrong
     */
    public static ComplianceFile read(Path file) throws UsageException {
        try {
            return Settings.read(List.of(Layer.file(file)), ComplianceFile::read).value();
        } catch (BadSettingsException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private static ComplianceFile read(Section section) {
        return new ComplianceFile(
                section.sections("skip", Skip::read),
                section.section("limits", Limits::read),
                section.sections("audit", Audit::read),
                section.sections("checks", Rule::read));
    }
}
