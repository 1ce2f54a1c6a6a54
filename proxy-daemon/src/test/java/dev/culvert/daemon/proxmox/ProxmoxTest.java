package dev.culvert.daemon.proxmox;

import static dev.culvert.daemon.proxmox.WordForWord.answer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.config.ProxmoxSettings;
import dev.culvert.daemon.http.tls.TestCertificates;
import dev.culvert.daemon.outgoing.OutgoingCalls;
import dev.culvert.daemon.outgoing.TrustedAuthorities;
import dev.culvert.daemon.proxmox.ProxmoxException.Kind;
import dev.culvert.settings.SecretSource;
import dev.culvert.transport.EventLoops;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Over TLS, against a server that says what the test wants, word for word. */
@Timeout(30)
class ProxmoxTest {
    private static final String SECRET = "6a09e667-f3bc-c908-b2fb-1366ea957d3e";
    private static final String OTHER =
            "00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00";

    @TempDir Path directory;
    private final TestCertificates certificates;
    private final EventLoops loops = EventLoops.start(1, "proxmox");

    ProxmoxTest() throws Exception {
        certificates = new TestCertificates();
    }

    @AfterEach
    void stop() {
        loops.close();
    }

    private Proxmox proxmox(String url, Set<String> fingerprints, Optional<Path> ca)
            throws Exception {
        Path secret = directory.resolve("secret");
        Files.writeString(secret, SECRET + "\n");
        assertThat(secret.toFile().setReadable(false, false)).isTrue();
        assertThat(secret.toFile().setReadable(true, true)).isTrue();
        return new Proxmox(
                new ProxmoxSettings(
                        "lab",
                        URI.create(url),
                        "culvert@pve!daemon",
                        new SecretSource.FromFile(secret),
                        fingerprints,
                        ca,
                        Duration.ofSeconds(20),
                        64 * 1024),
                net());
    }

    private Proxmox.Net net() {
        return new Proxmox.Net(
                new OutgoingCalls(loops.transport()), new TrustedAuthorities(), loops::next);
    }

    private Proxmox pinned(WordForWord server) throws Exception {
        return proxmox(server.url(), Set.of(server.fingerprint), Optional.empty());
    }

    private static ProxmoxException refusal(Proxmox proxmox, HttpMethod method, String path) {
        try {
            proxmox.call(method, path, Map.of());
        } catch (ProxmoxException e) {
            return e;
        }
        throw new AssertionError("it was not refused");
    }

    @Test
    void readsWithTheTokenInAHeader() throws Exception {
        try (WordForWord server =
                WordForWord.saying(
                        certificates,
                        answer(
                                "200 OK",
                                "{\"data\":[{\"vmid\":101,\"name\":\"web\",\"template\":0}]}"))) {
            ProxmoxAnswer read =
                    pinned(server).call(HttpMethod.GET, "/cluster/resources", Map.of("type", "vm"));

            assertThat(read.rows()).hasSize(1);
            assertThat(read.rows().getFirst().number("vmid", 0)).isEqualTo(101);
            assertThat(read.rows().getFirst().text("name")).isEqualTo("web");
            assertThat(read.rows().getFirst().is("template")).isFalse();
            assertThat(server.asked.take())
                    .startsWith("GET /api2/json/cluster/resources?type=vm HTTP/1.1\r\n")
                    .contains("authorization: PVEAPIToken=culvert@pve!daemon=" + SECRET + "\r\n");
        }
    }

    @Test
    void changesByAFormInTheBody() throws Exception {
        String upid = "UPID:pve:0000A1B2:00C3D4E5:674B0000:qmstart:101:culvert@pve!daemon:";
        try (WordForWord server =
                WordForWord.saying(certificates, answer("200 OK", "{\"data\":\"" + upid + "\"}"))) {
            String said =
                    pinned(server)
                            .call(
                                    HttpMethod.POST,
                                    "/nodes/pve/qemu/101/status/start",
                                    Map.of("skiplock", "a b&c=ü"))
                            .text();

            assertThat(Task.parse(said).type()).isEqualTo("qmstart");
            assertThat(server.asked.take())
                    .startsWith("POST /api2/json/nodes/pve/qemu/101/status/start HTTP/1.1\r\n")
                    .contains("content-type: application/x-www-form-urlencoded\r\n")
                    .endsWith("\r\n\r\nskiplock=a+b%26c%3D%C3%BC");
        }
    }

    @Test
    void trustsNobodyBeforeAFingerprintIsPinnedAndShowsTheOneThatItSaw() throws Exception {
        try (WordForWord server = WordForWord.saying(certificates, answer("200 OK", "{}"))) {
            ProxmoxException e =
                    refusal(
                            proxmox(server.url(), Set.of(), Optional.empty()),
                            HttpMethod.GET,
                            "/version");

            assertThat(e.kind()).isEqualTo(Kind.CERTIFICATE);
            assertThat(e.sentence()).contains(server.fingerprint);
            assertThat(e.advice()).contains("pvenode cert info").contains("proxmox.fingerprints");
            assertThat(server.asked).isEmpty();
        }
    }

    @Test
    void refusesACertificateThatIsNotThePinnedOneBeforeItSendsTheToken() throws Exception {
        try (WordForWord server = WordForWord.saying(certificates, answer("200 OK", "{}"))) {
            ProxmoxException e =
                    refusal(
                            proxmox(server.url(), Set.of(OTHER), Optional.empty()),
                            HttpMethod.GET,
                            "/version");

            assertThat(e.kind()).isEqualTo(Kind.CERTIFICATE);
            assertThat(e.sentence()).contains(server.fingerprint).contains("not the one");
            assertThat(server.asked).isEmpty();
        }
    }

    @Test
    void trustsAnAuthorityOfAFileForTheNameInTheUrl() throws Exception {
        try (WordForWord server =
                WordForWord.saying(
                        certificates, answer("200 OK", "{\"data\":{\"version\":\"9.0.3\"}}"))) {
            Path ca = directory.resolve("ca.pem");
            Files.writeString(ca, server.certificates.chain("issuer"));

            assertThat(
                            proxmox(server.url(), Set.of(), Optional.of(ca))
                                    .get("/version")
                                    .fields()
                                    .text("version"))
                    .isEqualTo("9.0.3");
        }
    }

    @Test
    void anAuthorityThatDidNotSignTheCertificateIsARefusal() throws Exception {
        try (WordForWord server = WordForWord.saying(certificates, answer("200 OK", "{}"))) {
            Path ca = directory.resolve("ca.pem");
            Files.writeString(ca, new TestCertificates().chain("issuer"));

            ProxmoxException e =
                    refusal(
                            proxmox(server.url(), Set.of(), Optional.of(ca)),
                            HttpMethod.GET,
                            "/version");

            assertThat(e.kind()).isEqualTo(Kind.CERTIFICATE);
            assertThat(e.advice()).contains("proxmox.ca");
        }
    }

    @Test
    void onANodeItselfTheCertificateIsTheOneOfItsFile() throws Exception {
        try (WordForWord server =
                WordForWord.saying(certificates, answer("200 OK", "{\"data\":{\"a\":1}}"))) {
            Proxmox elsewhere = proxmox(server.url(), Set.of(), Optional.empty());
            Files.writeString(
                    directory.resolve("pve-ssl.pem"), server.certificates.chain("server"));
            Proxmox onTheNode = new Proxmox(elsewhere.settings(), net(), new OwnNode(directory));

            assertThat(onTheNode.get("/version").fields().number("a", 0)).isEqualTo(1);
            assertThat(refusal(elsewhere, HttpMethod.GET, "/version").kind())
                    .isEqualTo(Kind.CERTIFICATE);
        }
    }

    @Test
    void theFileOfTheNodeIsForNoOtherAddress() throws Exception {
        Files.writeString(directory.resolve("pve-ssl.pem"), certificates.chain("server"));
        OwnNode own = new OwnNode(directory);

        assertThat(own.fingerprints(URI.create("https://127.0.0.1:8006"))).hasSize(1);
        assertThat(own.fingerprints(URI.create("https://pve.example:8006"))).isEmpty();
    }

    @Test
    void anotherNodeIsAskedWhileTheFirstIsAwayAndIsTrustedByWhatTheFirstHasTold() throws Exception {
        int gone;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            gone = free.getLocalPort();
        }
        try (WordForWord server =
                WordForWord.saying(certificates, answer("200 OK", "{\"data\":{\"a\":1}}"))) {
            ProxmoxSettings one =
                    proxmox("https://127.0.0.1:" + gone, Set.of(OTHER), Optional.empty())
                            .settings();
            Proxmox cluster =
                    new Proxmox(
                            new ProxmoxSettings(
                                    one.name(),
                                    one.url(),
                                    List.of(URI.create(server.url())),
                                    one.tokenId(),
                                    one.tokenSecret(),
                                    one.fingerprints(),
                                    one.ca(),
                                    one.timeout(),
                                    one.maxAnswerBytes()),
                            net());
            assertThat(refusal(cluster, HttpMethod.GET, "/version").kind())
                    .isEqualTo(Kind.CERTIFICATE);

            cluster.learn(Set.of(server.fingerprint));

            assertThat(cluster.get("/version").fields().number("a", 0)).isEqualTo(1);
        }
    }

    @Test
    void nobodyThereIsAway() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }

        ProxmoxException e =
                refusal(
                        proxmox("https://127.0.0.1:" + port, Set.of(OTHER), Optional.empty()),
                        HttpMethod.POST,
                        "/nodes/pve/qemu/101/status/start");

        assertThat(e.kind()).isEqualTo(Kind.AWAY);
        assertThat(e.mayBeDone()).isFalse();
        assertThat(e.getMessage()).contains("Proxmox lab").contains("port " + port);
    }

    @Test
    void aMissingPrivilegeIsNamedWithTheLineThatGivesIt() throws Exception {
        try (WordForWord server =
                WordForWord.saying(
                        certificates,
                        answer(
                                "403 Permission check failed (/vms/101, VM.PowerMgmt)",
                                "{\"data\":null}"))) {
            ProxmoxException e = refusal(pinned(server), HttpMethod.POST, "/x");

            assertThat(e.kind()).isEqualTo(Kind.FORBIDDEN);
            assertThat(e.missing())
                    .isEqualTo(new ProxmoxException.Missing("/vms/101", List.of("VM.PowerMgmt")));
            assertThat(e.advice())
                    .isEqualTo(
                            "run on a node: pveum role add Culvert 2> /dev/null; pveum role modify Culvert --append 1 --privs"
                                    + " VM.PowerMgmt && pveum acl modify /vms/101 --users culvert@pve"
                                    + " --tokens 'culvert@pve!daemon' --roles Culvert");
        }
    }

    @Test
    void aWrongParameterIsNamed() throws Exception {
        try (WordForWord server =
                WordForWord.saying(
                        certificates,
                        answer(
                                "400 Parameter verification failed.",
                                "{\"data\":null,\"errors\":{\"memory\":\"value must have a minimum"
                                        + " value of 16\\n\"}}"))) {
            ProxmoxException e = refusal(pinned(server), HttpMethod.PUT, "/x");

            assertThat(e.kind()).isEqualTo(Kind.BAD_PARAMETER);
            assertThat(e.errors())
                    .isEqualTo(Map.of("memory", "value must have a minimum value of 16"));
            assertThat(e.sentence()).contains("memory: value must have a minimum value of 16");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    401 No ticket|{"data":null}|LOGIN
                    401 authentication failure|{"data":null}|LOGIN
                    403 Permission check failed|{"data":null}|FORBIDDEN
                    500 VM is locked (backup)|{"data":null}|LOCKED
                    500 can't lock file '/var/lock/qemu-server/lock-101.conf' - got timeout|{"data":null}|LOCKED
                    500 cluster not ready - no quorum?|{"data":null}|NO_QUORUM
                    500 Configuration file 'nodes/pve/qemu-server/999.conf' does not exist|{"data":null}|NOT_FOUND
                    500 no such VM ('999')|{"data":null}|NOT_FOUND
                    400 Parameter verification failed.|{"errors":{"vmid":"VM 101 already exists on node 'pve'"}}|EXISTS
                    500 Internal Server Error|{"data":null,"message":"only root can set 'args' config\\n"}|FAILED
                    501 Method 'GET /x' not implemented|{"data":null}|NOT_FOUND
                    595 No route to host|{"data":null}|AWAY
                    596 Connection timed out|<html>|AWAY
                    503 Service Unavailable|busy|AWAY
                    418 I'm a teapot||FAILED
                    """)
    void whatProxmoxSaysHasAKind(String status, String body, Kind kind) throws Exception {
        try (WordForWord server =
                WordForWord.saying(certificates, answer(status, body == null ? "" : body))) {
            ProxmoxException e = refusal(pinned(server), HttpMethod.GET, "/x");

            assertThat(e.kind()).isEqualTo(kind);
            assertThat(e.sentence()).contains(status.substring(0, 3)).doesNotContain("\n");
            assertThat(e.advice()).isNotBlank().doesNotContain("\n");
        }
    }

    @Test
    void anAnswerThatIsTooLongOrNoJsonIsRefused() throws Exception {
        try (WordForWord server =
                WordForWord.saying(certificates, answer("200 OK", " ".repeat(70_000)))) {
            assertThat(refusal(pinned(server), HttpMethod.GET, "/x").advice())
                    .contains("proxmox.max_answer_bytes");
            server.says(answer("200 OK", "<html>"));
            assertThat(refusal(pinned(server), HttpMethod.GET, "/x").sentence())
                    .contains("cannot be read");
        }
    }

    @Test
    void aSecretThatIsNotThereIsSaidBeforeAnythingIsAsked() throws Exception {
        try (WordForWord server = WordForWord.saying(certificates, answer("200 OK", "{}"))) {
            Proxmox proxmox = pinned(server);
            Files.delete(directory.resolve("secret"));

            ProxmoxException e = refusal(proxmox, HttpMethod.GET, "/version");

            assertThat(e.kind()).isEqualTo(Kind.LOGIN);
            assertThat(e.advice()).contains(directory.resolve("secret").toString());
            assertThat(server.asked).isEmpty();
        }
    }

    @Test
    void aTaskIsReadFromItsId() {
        Task task =
                Task.parse("UPID:pve-1:0000A1B2:00C3D4E5:674B0000:qmstart:101:culvert@pve!daemon:");

        assertThat(task.node()).isEqualTo("pve-1");
        assertThat(task.pid()).isEqualTo(0xA1B2);
        assertThat(task.begun()).isEqualTo("2024-11-30T12:07:28Z");
        assertThat(task.type()).isEqualTo("qmstart");
        assertThat(task.id()).isEqualTo("101");
        assertThat(task.user()).isEqualTo("culvert@pve!daemon");
        assertThat(Task.isUpid("UPID:../x:0000A1B2:00C3D4E5:674B0000:qmstart:101:a@b:")).isFalse();
        assertThatThrownBy(() -> Task.parse("UPID:x")).hasMessageContaining("UPID:pve:");
    }

    @Test
    void aTaskThatIsOverIsOkOrHasWarningsOrHasFailed() {
        assertThat(TaskState.ofExit("OK").label()).isEqualTo("ok");
        assertThat(TaskState.ofExit("WARNINGS: 1").label()).isEqualTo("warnings");
        assertThat(TaskState.ofExit("command 'x' failed").exit()).isEqualTo("command 'x' failed");
        assertThat(TaskState.of(new Fields(Map.of())).label()).isEqualTo("failed");
    }
}
