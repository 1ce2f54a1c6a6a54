package dev.culvert.daemon.client.bugreport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.culvert.daemon.client.doctor.Site;
import dev.culvert.daemon.client.host.DaemonAnswers;
import dev.culvert.daemon.client.host.DaemonFile;
import dev.culvert.daemon.client.host.ScriptedDaemon;
import dev.culvert.daemon.client.host.ScriptedHost;
import dev.culvert.value.Value;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    private static final Clock NOW =
            Clock.fixed(Instant.parse("2026-11-29T12:00:00Z"), ZoneOffset.UTC);
    private static final String TURN = "web-east.UbhxbR7yuvSQb3yGrRO4NQsC";

    @TempDir Path root;
    private ScriptedHost host;
    private ScriptedDaemon daemon;
    private final List<String> planted = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        host = new ScriptedHost(root);
        daemon = new ScriptedDaemon();
        host.file("/etc/hostname", "buffalo7\n");
        host.variable("USER", "annabel");
    }

    private Report report(DaemonAnswers answers) {
        return report(answers, Issue.NONE);
    }

    private Report report(DaemonAnswers answers, Issue issue) {
        DaemonFile settings = DaemonFile.find(host, Optional.empty());
        Site site = new Site(host, settings, answers, NOW);
        return new Evidence(site, "/var/log/c.log", issue).collect();
    }

    private static String file(Report report, String path) {
        return report.files().stream()
                .filter(it -> it.path().equals(path))
                .map(Report.ReportFile::text)
                .findFirst()
                .orElse("");
    }

    @Test
    void anIssueHasTheErrorsClassWhatMayHelpAndWordsForAnAi() throws Exception {
        daemon.on(
                "GET /api/v1/admin/log?since=30m&limit=5000",
                200,
                """
                {"records": [
                  {"time": "2026-11-29T11:50:00Z", "operation": "tunnel.add", "phase": "end", "message": "failed: token=Zq17secretX7",
                   "error": {"type": "http.409", "message": "db-main is there", "stack": [], "recovery": ["Look at it."]}},
                  {"time": "2026-11-29T11:51:00Z", "operation": "daemon", "phase": "running", "message": "all is well"}]}
                """);
        daemon.on(
                "GET /api/v1/inventory/guests?limit=1000",
                200,
                "{\"guests\": [{\"name\": \"db-main\", \"node\": \"berlin-1\"}]}");
        Value plan =
                Value.parse(
                        """
                        {"digest": "abc", "changes": [{"action": "change", "kind": "vm", "name": "db-main", "cores": 4,
                         "attributes": [{"name": "memory", "from": "2GiB", "to": "4GiB"}]}]}
                        """);
        Value command =
                Value.parse(
                        """
                        {"time": "2026-11-29T11:55:00Z", "operation": "agents show", "message": "exit code 3",
                         "error": {"type": "UnreachableException", "message": "no daemon at berlin-1", "recovery": ["Start it."]}}
                        """);

        Report report =
                report(
                        daemon,
                        new Issue(
                                "db-main gets no answer",
                                List.of(command),
                                Map.of("plan.json", plan)));

        assertThat(report.issue())
                .contains(
                        "guest-1 gets no answer",
                        "Class of the error: UnreachableException",
                        "agents show UnreachableException: no daemon at node-1",
                        "tunnel.add http.409: guest-1 is there",
                        "- Start it.\n- Look at it.",
                        "## For an AI")
                .doesNotContain("db-main", "berlin-1");
        assertThat(file(report, "8-workspace/plan.json"))
                .contains("\"change\"", "\"vm\"", "(text)", "(number)")
                .doesNotContain("GiB", "abc", "db-main", "4");
        assertThat(file(report, "7-logs/records.jsonl").lines()).hasSize(2);
        assertThat(file(report, "7-logs/records.jsonl")).doesNotContain("Zq17secretX7", "db-main");
        assertThat(file(report, "7-logs/commands.jsonl")).contains("exit code 3");
    }

    @Test
    void anIssueWithoutErrorsStillSaysWhatMayHelp() {
        assertThat(report(daemon).issue())
                .contains("Nobody said it in words", "none was logged", "culvert doctor");
    }

    /** A secret that no rule can know by itself; it must be found by where it is. */
    private String plant() {
        String secret = "Zq%dxW%02dkP".formatted(planted.size() * 7919, planted.size());
        planted.add(secret);
        return secret;
    }

    private String plant(String begin) {
        String secret = begin + plant();
        planted.add(secret);
        return secret;
    }

    private static String all(Report report) {
        StringBuilder text = new StringBuilder();
        report.files().forEach(it -> text.append(it.path()).append('\n').append(it.text()));
        return text + report.manifest();
    }

    @Test
    void noneOfFiftyPlantedSecretsIsInTheReport() throws Exception {
        host.file(
                "/etc/culvert/culvertd.jsonc",
                """
                { // once the key was %s
                  "http": {"auth_token": "%s"}, "tls": {"key_password": "%s"},
                  "providers": [{"name": "x", "api_key": "%s", "url": "https://u:%s@llm.example.org/v1"}],
                  "agents": [
                    {"id": "web-east", "cid": 3, "config": {"key": "%s", "nested": {"list": ["%s", {"deep": "%s"}]}}},
                    {"id": "web-west", "cid": 4, "config": {"env": {"OPENAI": "%s"}}}
                  ]
                }
                """
                        .formatted(
                                plant(), plant(), plant(), plant(), plant(), plant(), plant(),
                                plant(), plant()));
        String quoted = planted.get(7);
        host.program(
                "culvertd serve",
                "{\"http\": {\"auth_token\": null}}\n// password: " + plant() + "\n");
        host.program(
                "systemctl cat",
                "[Service]\nEnvironment=CULVERT_TOKEN=%s\nEnvironment=\"DB_PASSWORD=%s\"\nExecStart=/usr/bin/culvertd --token %s --api-key=%s\n"
                        .formatted(plant("cvt_"), plant(), plant(), plant()));
        host.program(
                "journalctl",
                """
                GET /x Authorization: Bearer %s
                GET /x authorization: Basic %s==
                GET /x x-api-key: %s
                Cookie: session=%s; theme=dark
                {"headers": {"Authorization": "Bearer %s", "X-Api-Key": "%s"}}
                {\\"authorization\\":\\"Bearer %s\\"}
                proxy-authorization = Digest %s
                retrying with token %s
                retrying with token=%s and secret='%s' and password: "%s"
                client_secret=%s&access_token=%s
                GET /api/v1/agents?token=%s&x=1 HTTP/1.1
                connecting to redis://user:%s@10.1.2.3:6379/0
                connecting to https://%s@10.1.2.3/
                key %s and %s, %s, %s; %s
                the agent said the word %s itself
                -----BEGIN EC PRIVATE KEY-----
                %s
                %s
                -----END EC PRIVATE KEY-----
                -----BEGIN PRIVATE KEY-----
                %s
                """
                        .formatted(
                                plant(),
                                plant(),
                                plant(),
                                plant(),
                                plant(),
                                plant(),
                                plant(),
                                plant(),
                                plant("cvt_"),
                                plant(),
                                plant(),
                                plant(),
                                plant(),
                                plant(),
                                plant(),
                                plant(),
                                plant(),
                                plant("sk-ant-"),
                                plant("ghp_xxxxxxxxxx"),
                                plant("eyJhbGciOi.eyJzdWIiOi."),
                                plant("hvs.abcdefgh"),
                                plant("xoxb-"),
                                quoted,
                                plant(),
                                plant(),
                                plant()));
        daemon.on("GET /livez", 200, "");
        daemon.on(
                "GET /api/v1/agents?limit=1000",
                200,
                "{\"agents\": [{\"id\": \"web-east\", \"tenant\": \"acme-corp\", \"last_error\": \"401 for key=x, api_key=%s\"}]}"
                        .formatted(plant()));
        daemon.on("GET /metrics", 200, "culvert_build_info{token=\"" + plant() + "\"} 1\n");
        daemon.on(
                "GET /api/v1/admin/dump",
                200,
                "{\"threads\": [{\"name\": \"x\", \"password\": \"" + plant() + "\"}]}");
        daemon.on(
                "GET /api/v1/admin/status",
                200,
                "{\"settings\": {\"private_key\": \"-----BEGIN PRIVATE KEY-----\\n%s\\n-----END PRIVATE KEY-----\"}}"
                        .formatted(plant()));

        Report report = report(daemon);

        assertThat(planted).hasSizeGreaterThanOrEqualTo(50).doesNotHaveDuplicates();
        assertThat(planted).noneMatch(secret -> all(report).contains(secret));
        assertThat(report.meanings().values())
                .noneMatch(meaning -> planted.stream().anyMatch(meaning::contains));
        assertThat(report.preview()).contains("7-logs/culvertd.log").contains(": private key");
    }

    @Test
    void namesAndAddressesHaveTheSamePseudonymInEveryFile() throws Exception {
        host.file(
                "/etc/culvert/culvertd.jsonc",
                "{\"agents\": [{\"id\": \"web-east\", \"cid\": 3}, {\"id\": \"web-west\", \"cid\":"
                        + " 4}, {\"id\": \"a\", \"cid\": 5}]}");
        host.program(
                "journalctl",
                "buffalo7 culvertd: agent web-west is ready, a client 203.0.113.9 and 2001:db8::7"
                        + " of annabel; turn="
                        + TURN
                        + " agent=a at 12:30:15 on 127.0.0.1, mail ann@example.org at java.base@25.0.3/x\n");
        daemon.on(
                "GET /api/v1/agents?limit=1000",
                200,
                "{\"agents\": [{\"id\": \"web-west\", \"tenant\": \"acme-corp\", \"address\":"
                        + " \"tcp://203.0.113.9:1\"}]}");

        Report report = report(daemon);

        assertThat(text(report, "7-logs/culvertd.log"))
                .isEqualTo(
                        "host-1 culvertd: agent agent-3 is ready, a client ip-1 and ip-2 of user-1;"
                                + " turn=turn-1 agent=agent-1 at 12:30:15 on 127.0.0.1, mail mail-1 at java.base@25.0.3/x\n");
        assertThat(text(report, "4-daemon/agents.json"))
                .isEqualTo(
                        "{\"agents\": [{\"id\": \"agent-3\", \"tenant\": \"tenant-1\", \"address\":"
                                + " \"tcp://ip-1:1\"}]}");
        assertThat(report.meanings())
                .containsEntry("agent-3", "web-west")
                .containsEntry("ip-1", "203.0.113.9")
                .containsEntry("host-1", "buffalo7")
                .containsEntry("turn-1", TURN);
    }

    @Test
    void theNamesOfALargeFleetTakeNoLongerThanThoseOfASmallOne() {
        List<String> names = IntStream.range(0, 1_000).mapToObj("agent-%04d"::formatted).toList();
        Pseudonyms pseudonyms = new Pseudonyms();
        pseudonyms.know("agent", names);
        String text = (String.join(" is ready, and so is ", names) + "\n").repeat(30);

        String replaced =
                assertTimeoutPreemptively(Duration.ofSeconds(30), () -> pseudonyms.replace(text));

        assertThat(names).noneMatch(replaced::contains);
    }

    @Test
    void aNameIsReplacedWhereItIsAWordAndTheLongerOfTwoFirst() {
        Pseudonyms pseudonyms = new Pseudonyms();
        pseudonyms.know("agent", List.of("build", "build.one", "b7", "agent-2"));
        pseudonyms.know("tenant", List.of("b7x"));

        assertThat(
                        pseudonyms.replace(
                                "build.one, build.two, rebuild, build. agent b7 of b7, tenant b7x,"
                                        + " agent-2, \"id\": \"b7\", /agents/b7/x"))
                .isEqualTo(
                        "agent-4, build.two, rebuild, agent-3. agent agent-2 of b7, tenant"
                                + " tenant-1, agent-1, \"id\": \"agent-2\", /agents/agent-2/x");
    }

    @Test
    void theAgentsOfEveryPageHavePseudonyms() throws Exception {
        host.program("journalctl", "agent last-of-all is ready\n");
        daemon.on(
                "GET /api/v1/agents?limit=1000",
                200,
                "{\"agents\": [{\"id\": \"first-one\"}], \"next\": \"first-one\"}");
        daemon.on(
                "GET /api/v1/agents?limit=1000&after=first-one",
                200,
                "{\"agents\": [{\"id\": \"last-of-all\"}], \"next\": null}");

        assertThat(text(report(daemon), "7-logs/culvertd.log"))
                .isEqualTo("agent agent-2 is ready\n");
    }

    @Test
    void theLastChangesAreThereAndTheirUsersHavePseudonyms() throws Exception {
        daemon.on(
                "GET /api/v1/operations/runs?limit=1000",
                200,
                "{\"runs\": [{\"id\": \"7f3a09c1\", \"caller\": \"bertha (uid 1000, gid 100)\"},"
                        + " {\"id\": \"0f3a09c1\", \"caller\": \"root (uid 0, gid 0)\"}]}");

        Report report = report(daemon);

        assertThat(text(report, "4-daemon/operations.json"))
                .containsPattern("\"caller\": \"user-\\d \\(uid 1000, gid 100\\)\"")
                .contains("root (uid 0, gid 0)");
        assertThat(report.meanings()).containsValue("bertha");
    }

    private static String text(Report report, String path) {
        return report.files().stream()
                .filter(it -> it.path().equals(path))
                .findFirst()
                .orElseThrow()
                .text();
    }

    @Test
    void aDeadDaemonLeavesAReportOfWhatTheMachineKnows() throws Exception {
        host.program("journalctl", "Started culvertd.\nDied.\n");
        host.program("systemctl show culvertd.service --property=MainPID --value", "4711\n");
        host.file("/proc/4711/limits", "Max open files 1024\n");
        host.file("/proc/4711/task/4711/stat", "4711 (culvertd-1) S " + "1 ".repeat(40));

        Report report = report(DaemonAnswers.absent("connection refused"));

        assertThat(report.name()).isEqualTo("culvert-bugreport-20261129-120000");
        assertThat(report.files())
                .extracting(Report.ReportFile::path)
                .containsExactly(
                        "summary.txt",
                        "issue.md",
                        "1-doctor/doctor.txt",
                        "2-versions/versions.txt",
                        "6-process/limits.txt",
                        "6-process/threads.txt",
                        "7-logs/culvertd.log");
        assertThat(text(report, "summary.txt"))
                .contains("No daemon answered when it was made.")
                .contains("1-doctor/doctor.txt")
                .containsSubsequence("1-doctor", "2-versions", "6-process", "7-logs");
        assertThat(text(report, "1-doctor/doctor.txt")).contains("connection refused");
        assertThat(text(report, "6-process/threads.txt")).startsWith("culvertd-1");
    }

    @Test
    void withoutAJournalTheLogFileIsTaken() throws Exception {
        host.file("/var/log/c.log", "a line\n");
        assertThat(text(report(daemon), "7-logs/culvertd.log")).isEqualTo("a line\n");
    }

    @Test
    void aLogFileThatIsNamedCountsMoreThanAnOldJournal() throws Exception {
        host.program("journalctl", "an entry of last year\n");
        host.file("/var/log/c.log", "a line\n");
        assertThat(text(report(daemon), "7-logs/culvertd.log")).isEqualTo("a line\n");
    }

    @Test
    void whatIsTooLongIsCutAtTheEndOfALine() throws Exception {
        host.program("journalctl", "first line\n" + "a line of the log\n".repeat(80_000));
        daemon.on("GET /metrics", 200, "a_metric 1\n".repeat(200_000) + "last 1\n");

        Report report = report(daemon);

        assertThat(text(report, "7-logs/culvertd.log"))
                .startsWith("(the end of 1440011 bytes)\na line of the log\n")
                .endsWith("a line of the log\n");
        assertThat(text(report, "5-metrics/metrics.txt"))
                .startsWith("(the beginning of 2200007 bytes)\na_metric 1\n")
                .endsWith("\na_metric 1\n");
        assertThat(report.preview()).contains("5-metrics/metrics.txt  (cut)");
    }

    @Test
    void aTextOfOneLongWordOrValueTakesNoLongerThanAnother() {
        String word = "token_a1-".repeat(100_000);
        String value = "\"password\": \"" + "x\\\"".repeat(100_000) + "\"";

        assertTimeoutPreemptively(
                Duration.ofSeconds(30),
                () -> {
                    assertThat(Secrets.redact(word)).hasSizeGreaterThan(100);
                    assertThat(Secrets.redact(value))
                            .isEqualTo("\"password\": [redacted: value of a secret key]");
                    assertThat(Secrets.redact("-".repeat(500_000))).hasSize(500_000);
                    assertThat(new Pseudonyms().replace("a.b-1".repeat(100_000))).isNotEmpty();
                });
    }

    @Test
    void theArchiveHasAManifestWithSizesAndChecksumsAndItsMapLiesBesideIt() throws Exception {
        host.program("journalctl", "client 203.0.113.9 sent cvt_abcdef\n");
        Report report = report(daemon);
        Path archive = root.resolve("r.zip");
        Path map = root.resolve("r.zip.names.json");

        report.write(archive, map);

        Map<String, byte[]> files = unzip(archive);
        assertThat(files.keySet())
                .allMatch(name -> name.startsWith("culvert-bugreport-20261129-120000/"));
        Value manifest = Value.parse(text(files, Report.MANIFEST));
        assertThat(manifest.at("files").list())
                .hasSize(files.size() - 1)
                .allSatisfy(file -> {
                    byte[] bytes = bytes(files, file.text("path"));
                    assertThat(file.number(-1, "bytes")).isEqualTo(bytes.length);
                    assertThat(file.text("sha256"))
                            .isEqualTo(
                                    HexFormat.of()
                                            .formatHex(
                                                    MessageDigest.getInstance("SHA-256")
                                                            .digest(bytes)));
                });
        assertThat(text(files, "7-logs/culvertd.log"))
                .isEqualTo("client ip-1 sent [redacted: token]\n");
        assertThat(Value.parse(Files.readString(map)).text("ip-1")).isEqualTo("203.0.113.9");
        assertThat(List.of(archive, map))
                .allSatisfy(file ->
                        assertThat(
                                        PosixFilePermissions.toString(
                                                Files.getPosixFilePermissions(file)))
                                .isEqualTo("rw-------"));
        assertThatThrownBy(() -> report.write(archive, map))
                .isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    void thePreviewListsEachRedactionWithItsLine() {
        host.program("journalctl", "one\nAuthorization: Bearer abcdef\nthree cvt_abcdef\n");
        assertThat(report(daemon).preview())
                .contains("line 2: header")
                .contains("line 3: token")
                .contains("7-logs/culvertd.log")
                .containsPattern(" [0-9]+  MANIFEST[.]json\n");
        assertThat(report(daemon).contents())
                .extracting(file -> file.text("path"))
                .contains("summary.txt", "MANIFEST.json");
        assertThat(root.toFile().list()).containsExactly("etc");
    }

    @Test
    void theSystemIsNamedWithoutAddressesThatWouldOnlyGetPseudonyms() throws Exception {
        host.file("/etc/os-release", "NAME=\"Debian\"\nHOME_URL=\"https://www.debian.org/\"\n");
        assertThat(all(report(daemon))).contains("NAME=\"Debian\"").doesNotContain("HOME_URL");
    }

    @Test
    void aPlaceInABodyIsNoValueOfASecretKey() {
        String error = "The body does not describe a token: body:1:23: scopes[0] is \"x\"";
        assertThat(Secrets.redact(error)).isEqualTo(error);
        assertThat(Secrets.redact("token: body:1:2x:"))
                .isEqualTo("token: [redacted: value of a secret key]");
    }

    private static Map<String, byte[]> unzip(Path archive) throws Exception {
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (InputStream in = Files.newInputStream(archive);
                ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                files.put(entry.getName(), zip.readAllBytes());
            }
        }
        return files;
    }

    private static String text(Map<String, byte[]> files, String path) {
        return new String(bytes(files, path), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(Map<String, byte[]> files, String path) {
        return files.getOrDefault("culvert-bugreport-20261129-120000/" + path, new byte[0]);
    }
}
