package dev.culvert.daemon.client.doctor;

import dev.culvert.daemon.client.host.Host;
import dev.culvert.daemon.client.host.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The versions of the kernel and of VMMs, against those that are known to be bad. */
final class VersionInspection implements Inspection {
    private static final Pattern NUMBER = Pattern.compile("(\\d+(?:\\.\\d+)+)");

    private final List<BadVersion> bad = BadVersion.all();

    @Override
    public String name() {
        return "versions";
    }

    @Override
    public List<Finding> inspect(Site site) {
        List<Finding> findings = new ArrayList<>();
        versions(site.host())
                .forEach((program, version) -> {
                    List<Finding> known =
                            bad.stream()
                                    .filter(it ->
                                            it.program().equals(program) && it.covers(version))
                                    .map(it -> finding(it, version))
                                    .toList();
                    findings.addAll(known);
                    if (known.isEmpty()) {
                        findings.add(
                                Finding.ok(program + " " + version + ": nothing bad is known"));
                    }
                });
        return findings;
    }

    private static Finding finding(BadVersion bad, String version) {
        String what = bad.program() + " " + version;
        return bad.grade() == Grade.OK
                ? Finding.ok(what + ": " + bad.why())
                : new Finding(
                        bad.grade(), what + " is known to be bad", bad.why(), bad.fix(), null);
    }

    /** Of each program that is installed. */
    static Map<String, String> versions(Host host) {
        Map<String, String> versions = new LinkedHashMap<>();
        host.read("/proc/sys/kernel/osrelease")
                .ifPresent(text -> versions.put("kernel", text.strip()));
        for (String program : List.of("firecracker", "cloud-hypervisor", "qemu-system-x86_64")) {
            Outcome outcome = host.run(List.of(program, "--version"));
            Matcher number = NUMBER.matcher(outcome.out());
            if (outcome.isOk() && number.find()) {
                versions.put(program, number.group(1));
            }
        }
        return versions;
    }
}
