package dev.culvert.daemon.client.bugreport;

import dev.culvert.about.Version;
import dev.culvert.daemon.client.bugreport.Report.ReportFile;
import dev.culvert.daemon.client.doctor.Diagnosis;
import dev.culvert.daemon.client.doctor.DiagnosisText;
import dev.culvert.daemon.client.doctor.Site;
import dev.culvert.daemon.client.host.DaemonFile.AgentPlace;
import dev.culvert.daemon.client.host.Host;
import dev.culvert.daemon.client.host.Outcome;
import dev.culvert.daemon.client.host.Reply;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Collects what a report consists of. What is missing is left out: the daemon may be dead. */
/* Over 300 lines by a few, because it is a list: what is collected, in the order of the report. */
public final class Evidence {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);
    private static final String LOG_LINES = "5000";
    private static final String GUESTS = "/api/v1/inventory/guests?limit=1000";
    private static final String RECORDS = "/api/v1/admin/log?since=30m&limit=5000";
    private static final String RUNS = "/api/v1/operations/runs?limit=1000";

    /** A user of the admin socket, such as {@code alice (uid 1000, gid 100)}. */
    private static final Pattern USER = Pattern.compile("(.+) \\(uid \\d+, gid \\d+\\)");

    private final Site site;
    private final Host host;
    private final String logFile;
    private final Issue issue;
    private final Redactor redactor = new Redactor();
    private final List<ReportFile> files = new ArrayList<>();

    /**
     * @param logFile of a daemon without journald; empty if there is none
     * @param issue what the user knows
     */
    public Evidence(Site site, String logFile, Issue issue) {
        this.site = site;
        this.host = site.host();
        this.logFile = logFile;
        this.issue = issue;
    }

    public Report collect() {
        Instant now = site.clock().instant();
        know();
        add("1-doctor/doctor.txt", "what culvert doctor finds wrong", Cap.HEAD, doctor());
        add("2-versions/versions.txt", "Culvert, kernel, system, VMMs", Cap.HEAD, versions());
        settings();
        answers();
        process();
        logs();
        List<Value> records = records();
        issue.workspace()
                .forEach((name, value) ->
                        add(
                                "8-workspace/" + name,
                                "the shape of it, without values",
                                Cap.HEAD,
                                Outline.of(value).prettyJson() + "\n"));
        String page = redactor.redact(new IssuePage(issue, records).page());
        files.addFirst(
                new ReportFile(
                        "issue.md",
                        "what went wrong, what may help, and words for an AI",
                        page,
                        false));
        files.addFirst(new ReportFile("summary.txt", "", summary(now), false));
        return new Report(
                "culvert-bugreport-" + STAMP.format(now), now, files, redactor.meanings());
    }

    /** Registers what is secret and what has names, before any text is redacted. */
    private void know() {
        Value settings = site.settings().tree();
        settings.at("agents").list().forEach(agent -> redactor.addSecrets(agent.at("config")));
        addSecretKeys(settings);
        Set<String> agents = new LinkedHashSet<>();
        site.settings().agents().stream().map(AgentPlace::id).forEach(agents::add);
        Set<String> tenants = new LinkedHashSet<>();
        Stream.concat(settings.at("agents").list().stream(), agentsOfTheDaemon().stream())
                .forEach(agent -> {
                    agents.add(agent.text("id"));
                    tenants.add(agent.text("tenant"));
                });
        tenants.remove("default");
        redactor.know("agent", agents);
        redactor.know("tenant", tenants);
        Set<String> guests = new LinkedHashSet<>();
        Set<String> nodes = new LinkedHashSet<>();
        ask(GUESTS)
                .json()
                .at("guests")
                .list()
                .forEach(it -> {
                    guests.add(it.text("name"));
                    nodes.add(it.text("node"));
                });
        guests.removeAll(agents);
        redactor.know("guest", guests);
        redactor.know("node", nodes);
        redactor.know("host", host.read("/etc/hostname").map(String::strip).stream().toList());
        Set<String> users = new LinkedHashSet<>();
        Stream.of("USER", "SUDO_USER", "LOGNAME")
                .flatMap(name -> host.variable(name).stream())
                .filter(name -> !Set.of("root", "culvert").contains(name))
                .forEach(users::add);
        ask(RUNS).json().at("runs").list().stream()
                .map(run -> USER.matcher(run.text("caller")))
                .filter(Matcher::matches)
                .map(user -> user.group(1))
                .filter(name -> !Set.of("root", "culvert").contains(name))
                .forEach(users::add);
        redactor.know("user", users);
    }

    private List<Value> agentsOfTheDaemon() {
        List<Value> agents = new ArrayList<>();
        String first = "/api/v1/agents?limit=1000";
        Value page = ask(first).json();
        agents.addAll(page.at("agents").list());
        while (!page.text("next").isEmpty()) {
            page = ask(first + "&after=" + page.text("next")).json();
            agents.addAll(page.at("agents").list());
        }
        return agents;
    }

    private void addSecretKeys(Value part) {
        part.map()
                .forEach((name, value) -> {
                    if (Secrets.isSecretName(name)) {
                        redactor.addSecrets(value);
                    } else {
                        addSecretKeys(value);
                    }
                });
        part.list().forEach(this::addSecretKeys);
    }

    private String doctor() {
        return DiagnosisText.of(Diagnosis.of(site, Diagnosis.ALL, false));
    }

    private String versions() {
        StringBuilder text = new StringBuilder("culvert " + Version.text() + "\n");
        for (List<String> command :
                List.of(
                        List.of("culvertd", "--version"),
                        List.of("uname", "-a"),
                        List.of("systemctl", "--version"),
                        List.of("firecracker", "--version"),
                        List.of("cloud-hypervisor", "--version"),
                        List.of("qemu-system-x86_64", "--version"))) {
            Outcome outcome = host.run(command);
            if (!outcome.isNotThere()) {
                text.append("$ %s%n%s%n".formatted(String.join(" ", command), outcome.said()));
            }
        }
        host.read("/etc/os-release")
                .ifPresent(file ->
                        file.lines()
                                .filter(line ->
                                        !line.contains("_URL=")) // would only get pseudonyms
                                .forEach(line -> text.append(line).append('\n')));
        return text.toString();
    }

    private void settings() {
        String path = site.settings().path();
        if (site.settings().exists()) {
            add(
                    "3-settings/file.jsonc",
                    "the settings file, without its comments",
                    Cap.HEAD,
                    RedactedSettings.print(site.settings().tree()));
        }
        Outcome effective =
                host.run(
                        site.settings().exists()
                                ? List.of("culvertd", "serve", "--config", path, "--print-config")
                                : List.of("culvertd", "serve", "--print-config"));
        if (!effective.isNotThere()) {
            add(
                    "3-settings/effective.jsonc",
                    "the settings in force by file and environment, and who set them",
                    Cap.HEAD,
                    effective.said());
        }
        Outcome unit = host.run(List.of("systemctl", "cat", "culvertd.service", "culvertd.socket"));
        if (unit.isOk()) {
            add("3-settings/units.txt", "the systemd units with drop-ins", Cap.HEAD, unit.out());
        }
    }

    private void answers() {
        answer(
                "3-settings/running.json",
                "/api/v1/admin/settings",
                "the settings of the daemon that runs, and who set them");
        answer("4-daemon/status.json", "/api/v1/admin/status", "what the daemon says of itself");
        answer("4-daemon/health.json", "/healthz", "whether it accepts work, agents by state");
        answer("4-daemon/agents.json", "/api/v1/agents?limit=1000", "the agents and their state");
        answer("4-daemon/turns.json", "/api/v1/turns?limit=1000", "the turns in progress");
        answer(
                "4-daemon/operations.json",
                RUNS,
                "the last changes, who made them and how they went");
        answer("5-metrics/metrics.txt", "/metrics", "all metrics");
        answer(
                "6-process/machine.json",
                "/api/v1/admin/machine",
                "the daemon's machine, and what is wrong with it");
        answer("6-process/dump.json", "/api/v1/admin/dump", "event loops and threads");
    }

    private void answer(String file, String path, String about) {
        Reply reply = ask(path);
        if (reply.isOk()) {
            add(file, about, Cap.HEAD, reply.body());
        }
    }

    /** Status 0 if nobody answers. */
    private Reply ask(String path) {
        try {
            return site.daemon().get(path);
        } catch (IOException e) {
            return new Reply(0, "");
        }
    }

    private void process() {
        Outcome pid =
                host.run(
                        List.of(
                                "systemctl",
                                "show",
                                "culvertd.service",
                                "--property=MainPID",
                                "--value"));
        String process = "/proc/" + pid.out().strip();
        if (!pid.isOk() || process.matches("/proc/0?")) {
            return;
        }
        host.read(process + "/limits")
                .ifPresent(text -> add("6-process/limits.txt", "its limits", Cap.HEAD, text));
        host.read(process + "/status")
                .ifPresent(text -> add("6-process/status.txt", "its memory", Cap.HEAD, text));
        threads(process)
                .ifPresent(text ->
                        add(
                                "6-process/threads.txt",
                                "its threads: name, and ticks of CPU time",
                                Cap.HEAD,
                                text));
    }

    /** As the kernel knows them, also when the daemon answers nobody. */
    private Optional<String> threads(String process) {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> tasks = Files.list(host.path(process + "/task"))) {
            for (Path task : tasks.sorted().toList()) {
                host.read(process + "/task/" + task.getFileName() + "/stat")
                        .map(stat -> stat.substring(stat.indexOf('(') + 1))
                        .map(stat -> stat.split("[)] ", 2))
                        .filter(parts -> parts.length == 2)
                        .ifPresent(parts -> {
                            String[] fields = parts[1].split(" ", -1);
                            text.append(
                                    "%-16s %s user=%s system=%s%n"
                                            .formatted(
                                                    parts[0], fields[0], fields[11], fields[12]));
                        });
            }
        } catch (IOException | ArrayIndexOutOfBoundsException _) {
            // A thread or the process has just ended: the others are still worth having.
        }
        return text.isEmpty() ? Optional.empty() : Optional.of(text.toString());
    }

    private void logs() {
        Outcome journal =
                host.run(
                        List.of(
                                "journalctl",
                                "-q", // nothing but entries
                                "-u",
                                "culvertd",
                                "-n",
                                LOG_LINES,
                                "--no-pager",
                                "-o",
                                "short-iso-precise"));
        Optional<String> file = logFile.isEmpty() ? Optional.empty() : host.read(logFile);
        if (file.isPresent()) {
            add("7-logs/culvertd.log", "the log file", Cap.TAIL, file.get());
        } else if (journal.isOk() && !journal.out().isBlank()) {
            add("7-logs/culvertd.log", "the last lines of the journal", Cap.TAIL, journal.out());
        }
    }

    /** The daemon's records of the last 30 minutes; adds them, and what the console ran. */
    private List<Value> records() {
        List<Value> records = ask(RECORDS).json().at("records").list();
        addLines("7-logs/records.jsonl", "what the daemon did in the last 30 minutes", records);
        addLines(
                "7-logs/commands.jsonl",
                "what the console ran in the last 30 minutes",
                issue.commands());
        return records;
    }

    private void addLines(String path, String about, List<Value> lines) {
        if (!lines.isEmpty()) {
            StringBuilder text = new StringBuilder();
            lines.forEach(it -> text.append(it.json()).append('\n'));
            add(path, about, Cap.TAIL, text.toString());
        }
    }

    private void add(String path, String about, Cap cap, String text) {
        String redacted = redactor.redact(text);
        files.add(new ReportFile(path, about, cap.cut(redacted), cap.cuts(redacted)));
    }

    private String summary(Instant now) {
        StringBuilder text =
                new StringBuilder(
                        """
                        A report of Culvert %s, made on %s.
                        %s

                        Read the files in this order:
                        """
                                .formatted(
                                        Version.text(),
                                        now,
                                        ask("/livez").isOk()
                                                ? "The daemon answered when it was made."
                                                : "No daemon answered when it was made."));
        for (ReportFile file : files) {
            text.append(
                    "  %-28s %s%s%n"
                            .formatted(file.path(), file.about(), file.isCut() ? " (cut)" : ""));
        }
        return text.append(
                        """

                        Secrets are replaced by [redacted: KIND]. Names and addresses are replaced by pseudonyms, such as agent-1 and
                        ip-2, the same in all files. Whoever made the report has their map, in a file beside the archive. MANIFEST.json
                        has the size and SHA-256 of each file.
                        """)
                .toString();
    }
}
