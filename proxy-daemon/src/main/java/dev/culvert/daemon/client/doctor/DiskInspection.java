package dev.culvert.daemon.client.doctor;

import dev.culvert.daemon.client.host.Outcome;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Space and inodes where the daemon keeps its state. */
final class DiskInspection implements Inspection {
    private static final String USUAL = "/var/lib/culvert";
    private static final long FEW_KIB = 100 * 1024;
    private static final long FEW_INODES = 1_000;

    @Override
    public String name() {
        return "disk";
    }

    @Override
    public List<Finding> inspect(Site site) {
        String folder = site.settings().text("state_dir").orElse(USUAL);
        if (!Files.isDirectory(site.host().path(folder))) {
            return List.of(
                    site.settings().text("state_dir").isPresent()
                            ? Finding.failure(
                                            "there is no state_dir",
                                            folder + " is not a directory",
                                            "mkdir -p -m 0700 "
                                                    + folder
                                                    + ", and give it to the daemon's user")
                                    .with(Remedy.of("mkdir", "-p", "-m", "0700", folder))
                            : Finding.skipped("no state_dir is set"));
        }
        List<Finding> findings = new ArrayList<>();
        check(
                findings,
                available(site, "-k", folder),
                FEW_KIB,
                "KiB",
                folder,
                "at 0 the daemon can store no configuration of an agent");
        check(
                findings,
                available(site, "-i", folder),
                FEW_INODES,
                "inodes",
                folder,
                "at 0 the daemon can create no file");
        return findings;
    }

    private static void check(
            List<Finding> findings, long left, long few, String unit, String folder, String why) {
        String what = "%s has %s left".formatted(folder, text(left, unit));
        if (left < 0) {
            findings.add(Finding.skipped("df does not say how many " + unit + " are left"));
        } else if (left < few) {
            String fix = "see what fills it: du -xh --max-depth=2 / | sort -h | tail";
            findings.add(
                    left < few / 10
                            ? Finding.failure(what, why, fix)
                            : Finding.warning(what, why, fix));
        } else {
            findings.add(Finding.ok(what));
        }
    }

    /** Large sizes in units that people read. */
    private static String text(long left, String unit) {
        boolean isSize = unit.equals("KiB");
        if (isSize && left >= 1024 * 1024) {
            return String.format(Locale.ROOT, "%.1f GiB", left / (1024.0 * 1024));
        }
        return isSize && left >= 1024 ? left / 1024 + " MiB" : left + " " + unit;
    }

    /** The fourth column of df; -1 if it cannot be told. */
    private static long available(Site site, String what, String folder) {
        Outcome outcome = site.host().run(List.of("df", "-P", what, folder));
        String[] fields =
                outcome.out().lines().skip(1).findFirst().orElse("").strip().split("\\s+", -1);
        return outcome.isOk() && fields.length > 3 && fields[3].matches("[0-9]{1,18}")
                ? Long.parseLong(fields[3])
                : -1;
    }
}
