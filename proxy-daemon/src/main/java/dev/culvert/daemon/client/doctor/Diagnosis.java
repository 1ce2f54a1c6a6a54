package dev.culvert.daemon.client.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * All findings of all inspections.
 *
 * @param applied what was done to mend them; empty unless that was asked for
 */
public record Diagnosis(List<Inspected> inspected, List<Applied> applied) {
    /** What one inspection found. */
    public record Inspected(String inspection, List<Finding> findings) {}

    /**
     * A remedy that was applied.
     *
     * @param problem what the command said; empty if it worked
     */
    public record Applied(String inspection, Remedy remedy, String problem) {}

    public static final List<Inspection> ALL =
            List.of(
                    new SettingsInspection(),
                    new UnitInspection(),
                    new DaemonInspection(),
                    new PortInspection(),
                    new SocketInspection(),
                    new VsockInspection(),
                    new PermissionInspection(),
                    new FileInspection(),
                    new DiskInspection(),
                    new ClockInspection(),
                    new CertificateInspection(),
                    new VersionInspection(),
                    new AgentInspection(),
                    new ProxmoxInspection(),
                    new ToolInspection());

    /** As {@link #of(Site, List, boolean, Consumer)}, and tells nobody of its progress. */
    public static Diagnosis of(Site site, List<Inspection> inspections, boolean fix) {
        return of(site, inspections, fix, _ -> {});
    }

    /**
     * Inspects the site; with {@code fix} it applies the remedies and inspects it again.
     *
     * @param progress is told the name of each inspection when it begins
     */
    public static Diagnosis of(
            Site site, List<Inspection> inspections, boolean fix, Consumer<String> progress) {
        List<Inspected> found = inspect(site, inspections, progress);
        List<Applied> applied = new ArrayList<>();
        if (fix) {
            for (Inspected one : found) {
                for (Finding finding : one.findings()) {
                    if (finding.remedy() != null) {
                        applied.add(apply(site, one.inspection(), finding.remedy()));
                    }
                }
            }
        }
        return new Diagnosis(
                applied.isEmpty() ? found : inspect(site, inspections, progress), applied);
    }

    private static List<Inspected> inspect(
            Site site, List<Inspection> inspections, Consumer<String> progress) {
        List<Inspected> inspected = new ArrayList<>();
        for (Inspection each : inspections) {
            progress.accept(each.name());
            inspected.add(new Inspected(each.name(), inspect(site, each)));
        }
        return inspected;
    }

    /** What one inspection cannot cope with must not keep the others from their work. */
    private static List<Finding> inspect(Site site, Inspection inspection) {
        try {
            return inspection.inspect(site);
        } catch (RuntimeException e) {
            return List.of(
                    Finding.warning(
                            "could not be inspected",
                            e.toString(),
                            "report it: this is a mistake in culvert"));
        }
    }

    private static Applied apply(Site site, String inspection, Remedy remedy) {
        var outcome = site.host().run(remedy.command());
        String said = outcome.said();
        return new Applied(
                inspection,
                remedy,
                outcome.isOk() ? "" : said.isEmpty() ? "exit code " + outcome.code() : said);
    }

    /** The worst grade. */
    public Grade worst() {
        return inspected.stream()
                .flatMap(it -> it.findings().stream())
                .map(Finding::grade)
                .max(Grade::compareTo)
                .orElse(Grade.OK);
    }

    public long count(Grade grade) {
        return inspected.stream()
                .flatMap(it -> it.findings().stream())
                .filter(it -> it.grade() == grade)
                .count();
    }
}
