package dev.culvert.daemon.client.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.client.host.DaemonAnswers;
import dev.culvert.daemon.client.host.DaemonFile;
import dev.culvert.daemon.client.host.Outcome;
import dev.culvert.daemon.client.host.ScriptedDaemon;
import dev.culvert.daemon.client.host.ScriptedHost;
import dev.culvert.tools.Opener;
import dev.culvert.tools.Support;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiagnosisTest {
    private static final Clock NOW =
            Clock.fixed(Instant.parse("2026-11-29T12:00:00Z"), ZoneOffset.UTC);
    private static final String FILE = "/etc/culvert/culvertd.jsonc";

    /** Valid from 2026-01-01 to 2026-12-10. */
    private static final String CERTIFICATE =
            """
            -----BEGIN CERTIFICATE-----
            MIIBUzCB+aADAgECAghhuM269r3HqTAKBggqhkjOPQQDAzAeMRwwGgYDVQQDExNj
            dWx2ZXJ0LmV4YW1wbGUub3JnMB4XDTI2MDEwMTAwMDAwMFoXDTI2MTIxMDAwMDAw
            MFowHjEcMBoGA1UEAxMTY3VsdmVydC5leGFtcGxlLm9yZzBZMBMGByqGSM49AgEG
            CCqGSM49AwEHA0IABK4wDZN2boFqYrh0kEtSXvfBLmS7XLzR0PltJJMqLYSEgCK8
            woLjuTyf16I2+eKbfcGU4hlaNmXdD+I1n5FWQoejITAfMB0GA1UdDgQWBBROeFyO
            PhrQwIv3IsvS9z702GfO5DAKBggqhkjOPQQDAwNJADBGAiEAiptoUMyRdsJu5QBD
            I4Acbp/j1dUsE7x0djW+KRUrshoCIQCZDtlkMuY4h2ccF+a4JuyDgegWrXJAI2Ag
            gHdfHZ9atA==
            -----END CERTIFICATE-----
            """;

    @TempDir Path root;
    private ScriptedHost host;
    private ScriptedDaemon daemon;

    @BeforeEach
    void start() {
        host = new ScriptedHost(root);
        daemon = new ScriptedDaemon();
    }

    private Site site(DaemonAnswers api) {
        return new Site(host, DaemonFile.find(host, Optional.empty()), api, NOW);
    }

    private List<Finding> inspect(Inspection inspection) {
        return inspection.inspect(site(daemon));
    }

    private Finding only(Inspection inspection) {
        assertThat(inspect(inspection)).hasSize(1);
        return inspect(inspection).getFirst();
    }

    private static void isFailure(Finding finding, String what, String cause, String fix) {
        assertThat(finding.grade()).isEqualTo(Grade.FAILURE);
        assertThat(finding.what()).contains(what);
        assertThat(finding.cause()).contains(cause);
        assertThat(finding.fix()).contains(fix);
    }

    private void settings(String json) throws Exception {
        host.file(FILE, json);
    }

    @Test
    void settingsThatAreNoJsonAreShownWithTheirLine() throws Exception {
        settings("{\n  \"http\": oops\n}");
        isFailure(
                only(new SettingsInspection()), "cannot be read", FILE + ":2:", "config validate");
    }

    @Test
    void settingsThatTheDaemonRefusesAreShownAsItSaysIt() throws Exception {
        settings("{\"htp\": {}}");
        host.program(
                "culvertd config validate",
                () -> new Outcome(2, "", FILE + ":1:2: unknown key 'htp'"));
        isFailure(only(new SettingsInspection()), "refuses", "unknown key 'htp'", FILE);
    }

    @Test
    void noSettingsAreDefaults() {
        assertThat(only(new SettingsInspection()).grade()).isEqualTo(Grade.OK);
    }

    @Test
    void aFailedUnitAndAMissingCredentialAreTold() throws Exception {
        host.file("/etc/u/culvertd.service", "[Service]\nLoadCredential=key:/etc/culvert/key\n");
        host.program(
                "systemctl show culvertd.service --property=LoadState",
                """
                LoadState=loaded
                ActiveState=failed
                Result=exit-code
                NRestarts=0
                FragmentPath=/etc/u/culvertd.service
                DropInPaths=
                """);

        List<Finding> findings = inspect(new UnitInspection());

        isFailure(findings.getFirst(), "has failed", "exit-code", "journalctl -u culvertd");
        isFailure(findings.getLast(), "key is missing", "/etc/culvert/key", "systemctl edit");
        host.file("/etc/culvert/key", "k");
        assertThat(inspect(new UnitInspection()).getLast().grade()).isEqualTo(Grade.OK);
    }

    @Test
    void aUnitThatRestartsAgainAndAgainAndOneWithStaleFilesAreWarnings() {
        host.program(
                "systemctl show culvertd.service --property=LoadState",
                "LoadState=loaded\nActiveState=active\nNRestarts=12\nNeedDaemonReload=yes\n");
        List<Finding> findings = inspect(new UnitInspection());
        assertThat(findings)
                .extracting(Finding::grade)
                .containsExactly(Grade.WARNING, Grade.WARNING);
        assertThat(findings.getLast().remedy()).isEqualTo(Remedy.of("systemctl", "daemon-reload"));
    }

    @Test
    void aDeadDaemonADrainingOneAndOneThatRefusesAreToldApart() {
        isFailure(
                new DaemonInspection()
                        .inspect(site(DaemonAnswers.absent("connection refused")))
                        .getFirst(),
                "no daemon answers",
                "connection refused",
                "systemctl start culvertd");
        daemon.on("GET /readyz", 503, "{}");
        assertThat(only(new DaemonInspection()).grade()).isEqualTo(Grade.WARNING);
        daemon.on("GET /readyz", 401, "{\"error\": \"There is no token.\"}");
        isFailure(only(new DaemonInspection()), "refuses", "There is no token.", "CULVERT_TOKEN");
        daemon.on("GET /readyz", 200, "{}");
        assertThat(only(new DaemonInspection()).grade()).isEqualTo(Grade.OK);
    }

    @Test
    void aPortThatAnotherProgramHasIsTold() throws Exception {
        settings("{\"http\": {\"listen\": [\"127.0.0.1:9000\"]}}");
        host.file(
                "/proc/net/tcp",
                "  sl  local_address rem_address   st\n   0: 0100007F:2328 00000000:0000 0A 0\n");
        isFailure(
                new PortInspection().inspect(site(DaemonAnswers.absent("nobody"))).getFirst(),
                "port 9000 is taken",
                "another program",
                "ss -ltnp");
        daemon.on("GET /livez", 200, "");
        assertThat(only(new PortInspection()))
                .isEqualTo(Finding.ok("the daemon runs, so nobody else has 127.0.0.1:9000"));
        daemon.on(
                "GET /api/v1/admin/status",
                200,
                "{\"listeners\": [{\"address\": \"tcp://127.0.0.1:9001\"}]}");
        assertThat(only(new PortInspection()).what())
                .startsWith("the daemon runs, and not on 127.0.0.1:9000");
    }

    @Test
    void aSocketOfAVmIsFoundMissingTooLongHiddenOrOfAnotherKind() throws Exception {
        String tooLong = "/srv/jailer/firecracker/" + "x".repeat(90) + "/root/v.sock";
        settings(
                """
                {"agents": [
                  {"id": "gone", "address": "unix:///run/vm/gone.sock?port=1024"},
                  {"id": "long", "address": "unix://%s?port=1024"},
                  {"id": "file", "address": "unix:///run/vm/file.sock?port=1024"},
                  {"id": "hidden", "address": "unix:///tmp/vm.sock?port=1024"}
                ]}
                """
                        .formatted(tooLong));
        host.file("/run/vm/file.sock", "");
        List<Finding> findings = inspect(new SocketInspection());

        isFailure(findings.get(0), "gone is not there", "does not exist", "start the VM");
        isFailure(findings.get(1), "too long", "at most 107", "--chroot-base-dir");
        isFailure(findings.get(2), "no socket", "another kind", "uds_path");
        assertThat(findings.getLast().what()).contains("hides the socket of agent hidden");
    }

    @Test
    void aSocketThatIsThereIsFineAndAMissingDirectoryOfTheDaemonsOwnIsMade() throws Exception {
        settings(
                """
                {"http": {"listen": ["unix:///run/c/http.sock"]},
                 "agents": [{"id": "a", "address": "unix:///v.sock?port=1"}]}
                """);
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(host.path("/v.sock")));
            List<Finding> findings = inspect(new SocketInspection());
            assertThat(findings.getFirst().remedy()).isEqualTo(Remedy.of("mkdir", "-p", "/run/c"));
            assertThat(findings.getLast()).isEqualTo(Finding.ok("1 VM's socket is there"));
        }
    }

    @Test
    void vsockIsInspectedOnlyForAgentsThatNeedIt() throws Exception {
        assertThat(only(new VsockInspection()).grade()).isEqualTo(Grade.SKIPPED);
        settings("{\"agents\": [{\"id\": \"a\", \"cid\": 3}]}");

        List<Finding> findings = inspect(new VsockInspection());

        isFailure(findings.getFirst(), "no vsock", "module vsock", "modprobe vsock");
        assertThat(findings.getLast().remedy()).isEqualTo(Remedy.of("modprobe", "vhost_vsock"));
        host.file("/proc/modules", "vsock 57344 2 vhost_vsock, Live 0x0\n");
        host.file("/dev/vhost-vsock", "").mode("/dev/vhost-vsock", "rw-------");
        assertThat(only(new VsockInspection()).remedy())
                .isEqualTo(Remedy.of("chmod", "0660", "/dev/vhost-vsock"));
        host.mode("/dev/vhost-vsock", "rw-rw----");
        assertThat(only(new VsockInspection()).grade()).isEqualTo(Grade.OK);
    }

    @Test
    void proxmoxIsInspectedWithItsTokenAndItsVsockDevices() throws Exception {
        assertThat(only(new ProxmoxInspection()).grade()).isEqualTo(Grade.SKIPPED);
        daemon.on(
                        "GET /api/v1/inventory/servers",
                        200,
                        """
                        {"servers": [{"name": "lab", "state": "ok", "version": "9.2.3", "took_ms": 3},
                                     {"name": "far", "state": "away", "error": "no answer"},
                                     {"name": "few", "state": "ok", "quorate": false}]}
                        """)
                .on(
                        "GET /api/v1/inventory/servers/lab/privileges",
                        200,
                        """
                        {"missing": {"to_read": [], "to_change": ["VM.Migrate"]}, "grant": "run pveum"}
                        """)
                .on(
                        "GET /api/v1/inventory/servers/few/privileges",
                        200,
                        "{\"missing\": {\"to_read\": [\"VM.Audit\"]}, \"grant\": \"run pveum\"}")
                .on(
                        "GET /api/v1/inventory/guests?kind=vm&limit=1000",
                        200,
                        """
                        {"guests": [{"id": "lab/101", "server": "lab", "name": "a", "cid": 101},
                                    {"id": "lab/102", "server": "lab", "name": "b", "cid": 101},
                                    {"id": "far/101", "server": "far", "name": "c", "cid": 101}]}
                        """);
        host.directory("/etc/pve");

        List<Finding> findings = inspect(new ProxmoxInspection());

        assertThat(findings.get(0).what()).isEqualTo("Proxmox lab (9.2.3) answers in 3 ms");
        assertThat(findings.get(1).grade()).isEqualTo(Grade.WARNING);
        assertThat(findings.get(1).what()).isEqualTo("the token of Proxmox lab lacks VM.Migrate");
        isFailure(findings.get(2), "Proxmox far is away", "no answer", "");
        isFailure(findings.get(3), "few has no quorum", "refuses", "pvecm status");
        isFailure(findings.get(4), "few lacks VM.Audit", "inventory", "run pveum");
        isFailure(
                findings.get(5),
                "VMs have one CID, 101: lab/101 (a), lab/102 (b)",
                "a clone",
                "culvert vm adopt ID --renumber");
        assertThat(findings.get(6).remedy()).isEqualTo(Remedy.of("modprobe", "vhost_vsock"));
        assertThat(findings).hasSize(7);
        host.file("/dev/vhost-vsock", "");
        assertThat(inspect(new ProxmoxInspection())).hasSize(6);
    }

    @Test
    void aTokenThatOthersMayReadIsAWarningWithARemedy() throws Exception {
        host.variable("HOME", "/home/ann");
        host.file("/home/ann/.config/culvert/contexts.jsonc", "{}")
                .mode("/home/ann/.config/culvert/contexts.jsonc", "rw-r--r--");
        assertThat(only(new PermissionInspection()).remedy())
                .isEqualTo(Remedy.of("chmod", "0600", "/home/ann/.config/culvert/contexts.jsonc"));
        host.mode("/home/ann/.config/culvert/contexts.jsonc", "rw-------");
        assertThat(only(new PermissionInspection()).grade()).isEqualTo(Grade.OK);
    }

    @Test
    void theKeysOfTheDaemonAreForItsUserAlone() throws Exception {
        settings("{\"state_dir\": \"/state\", \"http\": {\"tls\": {\"key\": \"/tls/key.pem\"}}}");
        host.file("/state/turn.key", "x");
        host.file("/tls/key.pem", "x");
        host.mode("/state/turn.key", "rw-r--r--");
        host.mode("/tls/key.pem", "rw-------");
        assertThat(only(new PermissionInspection()).remedy())
                .isEqualTo(Remedy.of("chmod", "0600", "/state/turn.key"));
        host.mode("/state/turn.key", "rw-------");
        host.mode("/tls/key.pem", "rw-r--r--");
        assertThat(only(new PermissionInspection()).what())
                .isEqualTo("everybody on this host may read or change /tls/key.pem");
        host.mode("/tls/key.pem", "rw-r-----");
        assertThat(only(new PermissionInspection()).grade()).isEqualTo(Grade.OK);
    }

    @Test
    void fileDescriptorsAreComparedWithWhatClientsAndAgentsNeed() throws Exception {
        settings(
                "{\"event_loops\": 2, \"http\": {\"max_connections\": 1000}, \"agents\": [{\"id\":"
                        + " \"a\", \"cid\": 3}]}");
        host.program("systemctl show culvertd.service --property=LimitNOFILE --value", "1024\n");
        Finding finding = only(new FileInspection());
        assertThat(finding.grade()).isEqualTo(Grade.WARNING);
        assertThat(finding.what()).isEqualTo("the daemon may open 1024 files and may need 1259");
        daemon.on("GET /metrics", 200, "process_max_fds 1024.0\nprocess_open_fds 1000.0\n");
        isFailure(only(new FileInspection()), "1000 of 1024", "no connection", "LimitNOFILE=");
    }

    @Test
    void aFullDiskAndMissingInodesAreTold() throws Exception {
        settings("{\"state_dir\": \"/state\"}");
        isFailure(only(new DiskInspection()), "no state_dir", "/state", "mkdir");
        host.directory("/state");
        host.program("df -P -k /state", "Filesystem\n/dev/x 100 99 1 99% /\n");
        host.program("df -P -i /state", "Filesystem\n/dev/x 100000 99500 500 99% /\n");
        List<Finding> findings = inspect(new DiskInspection());
        isFailure(findings.getFirst(), " 1 KiB left", "store no configuration", "du ");
        assertThat(findings.getLast().grade()).isEqualTo(Grade.WARNING);

        host.program("df -P -k /state", "Filesystem\n/dev/x 99999999 1 73310548 1% /\n");
        assertThat(inspect(new DiskInspection()).getFirst().what())
                .isEqualTo("/state has 69.9 GiB left");
        host.program("df -P -k /state", "Filesystem\n/dev/x 999999 1 524800 50% /\n");
        assertThat(inspect(new DiskInspection()).getFirst().what())
                .isEqualTo("/state has 512 MiB left");
    }

    @Test
    void aClockThatNobodySetsIsAWarning() {
        assertThat(only(new ClockInspection()).grade()).isEqualTo(Grade.SKIPPED);
        host.program("timedatectl show", "no\n");
        assertThat(only(new ClockInspection()).grade()).isEqualTo(Grade.WARNING);
        host.program("timedatectl show", "yes\n");
        assertThat(only(new ClockInspection()).grade()).isEqualTo(Grade.OK);
    }

    @Test
    void versionsThatAreKnownToBeBadAreToldWithTheReason() throws Exception {
        host.file("/proc/sys/kernel/osrelease", "6.1.0-30-amd64\n");
        host.program("firecracker --version", "Firecracker v1.16.1\n");
        host.program("cloud-hypervisor --version", "cloud-hypervisor v53.0.1\n");
        List<Finding> findings = inspect(new VersionInspection());
        assertThat(findings)
                .extracting(Finding::grade)
                .containsExactly(Grade.OK, Grade.FAILURE, Grade.OK);
        isFailure(findings.get(1), "firecracker 1.16.1", "snapshot", "1.16.2");
    }

    private List<Finding> certificatesAt(String time) {
        Clock clock = Clock.fixed(Instant.parse(time), ZoneOffset.UTC);
        DaemonFile settings = DaemonFile.find(host, Optional.empty());
        return new CertificateInspection().inspect(new Site(host, settings, daemon, clock));
    }

    @Test
    void aCertificateIsToldBeforeItsEndAndAfterIt() throws Exception {
        settings("{\"http\": {\"tls\": {\"cert\": \"/etc/culvert/tls.pem\"}}}");
        isFailure(
                certificatesAt("2026-11-29T12:00:00Z").getFirst(),
                "cannot be read",
                "tls.pem",
                "PEM");
        host.file("/etc/culvert/tls.pem", CERTIFICATE);
        assertThat(certificatesAt("2026-06-01T00:00:00Z"))
                .containsExactly(
                        Finding.ok("the certificate of http.tls.cert is valid for 192 days"));
        assertThat(certificatesAt("2026-11-29T12:00:00Z").getFirst().what())
                .isEqualTo("the certificate of http.tls.cert ends in 10 days");
        isFailure(
                certificatesAt("2026-12-11T00:00:00Z").getFirst(),
                "has expired",
                "CN=culvert.example.org",
                "replace /etc/culvert/tls.pem");
        isFailure(
                certificatesAt("2025-12-11T00:00:00Z").getFirst(),
                "not valid yet",
                "begins on",
                "timedatectl");
        host.file("/etc/culvert/tls.pem", "");
        isFailure(
                certificatesAt("2026-06-01T00:00:00Z").getFirst(),
                "cannot be read",
                "no certificate",
                "PEM");
    }

    @Test
    void anAgentIsExplainedByTheHopThatFails() {
        daemon.on(
                "GET /api/v1/agents?limit=200",
                200,
                """
                {"agents": [
                  {"id": "fine", "state": "ready"},
                  {"id": "off", "state": "unreachable", "address": "vsock://3:1024", "links_open": 0, "last_error": "no such CID"},
                  {"id": "hung", "state": "unreachable", "address": "tcp://h:1", "links_open": 1, "last_error": "no pong"},
                  {"id": "unset", "state": "connecting", "desired_revision": 2, "applied_revision": 1}
                ], "next": null}
                """);
        daemon.on("POST /api/v1/agents/fine/ping", 200, "{\"round_trip_us\": 1500}");
        daemon.on("POST /api/v1/agents/unset/ping", 200, "{\"round_trip_us\": 900}");

        List<Finding> findings = inspect(new AgentInspection());

        assertThat(findings.getFirst())
                .isEqualTo(Finding.ok("1 of 4 agents answer, the slowest in 1.5 ms"));
        isFailure(findings.get(1), "off is unreachable", "no such CID", "this CID");
        isFailure(findings.get(2), "hung is unreachable", "does not answer on it", "paused");
        assertThat(findings.get(3).cause()).contains("revision 2 is wanted and 1 applied");
    }

    @Test
    void aRuntimeThatDoesNotAnswerItsAgentIsAFailure() {
        daemon.on(
                "GET /api/v1/agents?limit=200",
                200,
                "{\"agents\": [{\"id\": \"deaf\", \"state\": \"ready\"}], \"next\": null}");
        daemon.on(
                "POST /api/v1/agents/deaf/ping",
                200,
                "{\"round_trip_us\": 90, \"guest_us\": 1, \"runtime_us\": 5, \"runtime_error\":"
                        + " \"Connection refused\"}");

        isFailure(
                inspect(new AgentInspection()).getFirst(),
                "agent deaf answers, but its runtime does not",
                "Connection refused",
                "--runtime");
    }

    @Test
    void anAgentThatTwoSourcesNameIsAWarning() {
        daemon.on(
                "GET /api/v1/agents?limit=200",
                200,
                "{\"agents\": [{\"id\": \"two\", \"state\": \"ready\", \"conflict\": \"the settings"
                        + " name it\"}], \"next\": null}");
        daemon.on("POST /api/v1/agents/two/ping", 200, "{\"round_trip_us\": 90}");

        assertThat(inspect(new AgentInspection()))
                .contains(
                        Finding.warning(
                                "two sources name agent two",
                                "the settings name it",
                                "see what applies: culvert agents show two"));
    }

    @Test
    void whatDoesNotConfineToolsIsTold() {
        daemon.on(
                "GET /api/v1/agents?limit=200",
                200,
                """
                {"agents": [
                  {"id": "good", "heartbeat": {"tools": {"openat2": true, "landlock": 6, "seccomp": true, "commands": "confined"}}},
                  {"id": "off", "heartbeat": {"tools": {"openat2": true, "landlock": 0, "seccomp": false, "commands": "off"}}},
                  {"id": "old", "heartbeat": {"tools": {"openat2": false, "landlock": 0, "seccomp": false, "commands": "confined"}}},
                  {"id": "bold", "heartbeat": {"tools": {"openat2": true, "landlock": 0, "seccomp": true, "commands": "unconfined"}}},
                  {"id": "none", "heartbeat": {"features": []}}
                ], "next": null}
                """);

        List<Finding> findings =
                inspect(new ToolInspection(() -> new Support(Opener.AT_ONCE, 6, true)));

        assertThat(findings.getFirst().what())
                .isEqualTo(
                        "culvert chat on this machine: files by openat2; commands confined by"
                                + " Landlock 6 and seccomp");
        assertThat(findings.get(1))
                .isEqualTo(Finding.ok("2 of 4 agents with tools have all that confines them"));
        assertThat(findings.get(2).what())
                .isEqualTo("agent old opens files by the second-best: name by name");
        isFailure(findings.get(3), "agent old refuses every command", "no Landlock", "CONFIG_");
        assertThat(findings.get(4).what()).isEqualTo("agent old refuses every command");
        assertThat(findings.get(5).cause()).startsWith("its kernel has no Landlock");
        assertThat(findings).hasSize(6);
    }

    @Test
    void theSecondBestOfThisMachineIsNamed() {
        Support elsewhere = new Support(Opener.BY_STREAMS, 0, false);
        Support old = new Support(Opener.STEP_BY_STEP, 0, true);

        assertThat(inspect(new ToolInspection(() -> elsewhere)).getFirst().what())
                .endsWith(
                        "files second-best: by directory streams; no commands, because nothing"
                                + " can confine them, which needs Linux");
        assertThat(inspect(new ToolInspection(() -> old)).getFirst().what())
                .contains("files second-best: name by name; no commands but with");
    }

    @Test
    void whatIsSafeIsMendedAndLookedAtAgain() throws Exception {
        settings("{\"agents\": [{\"id\": \"a\", \"cid\": 3}]}");
        host.file("/dev/vsock", "");
        host.program(
                "modprobe vhost_vsock",
                () -> {
                    try {
                        host.file("/dev/vhost-vsock", "").mode("/dev/vhost-vsock", "rw-rw----");
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                    return Outcome.of("");
                });

        Diagnosis before = Diagnosis.of(site(daemon), List.of(new VsockInspection()), false);
        Diagnosis after = Diagnosis.of(site(daemon), List.of(new VsockInspection()), true);

        assertThat(before.worst()).isEqualTo(Grade.FAILURE);
        assertThat(after.worst()).isEqualTo(Grade.OK);
        assertThat(DiagnosisText.of(after)).startsWith("did      modprobe vhost_vsock\n");
        assertThat(DiagnosisText.data(after).json())
                .startsWith(
                        "{\"failures\":0,\"warnings\":0,\"findings\":[{\"inspection\":\"vsock\"")
                .contains("\"command\":\"modprobe vhost_vsock\",\"problem\":\"\"");
    }

    @Test
    void aRemedyThatFailsSaysWhy() throws Exception {
        settings("{\"agents\": [{\"id\": \"a\", \"cid\": 3}]}");
        host.program("modprobe", () -> new Outcome(1, "", "Operation not permitted"));
        Diagnosis diagnosis = Diagnosis.of(site(daemon), List.of(new VsockInspection()), true);
        assertThat(DiagnosisText.of(diagnosis))
                .contains("could not do modprobe vsock: Operation not permitted")
                .endsWith("2 failures, 0 warnings\n");
    }

    @Test
    void everyInspectionCopesWithAMachineThatHasNothing() {
        Diagnosis diagnosis =
                Diagnosis.of(site(DaemonAnswers.absent("nobody")), Diagnosis.ALL, false);
        assertThat(diagnosis.inspected())
                .allSatisfy(it ->
                        assertThat(it.findings())
                                .noneMatch(finding ->
                                        finding.what().contains("could not be inspected")));
        assertThat(diagnosis.count(Grade.FAILURE)).isEqualTo(1);
        assertThat(Files.exists(root.resolve("run"))).isFalse();
    }
}
