package dev.culvert.daemon.client.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.client.host.DaemonFile;
import dev.culvert.daemon.client.host.ScriptedHost;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplanationTest {
    private final Keys keys = Keys.load();

    @TempDir Path root;

    private String explain(ScriptedHost host, String key) {
        DaemonFile settings = DaemonFile.find(host, Optional.empty());
        return new Explanation(settings).of(keys.find(key).orElseThrow());
    }

    @Test
    void aKeyIsExplainedWithDefaultRangeExampleAndWhereItIsSet() throws Exception {
        ScriptedHost host = new ScriptedHost(root);
        host.file("/etc/culvert/culvertd.jsonc", "{\n  \"link\": {\"max_in_flight\": 9}\n}");

        String text = explain(host, "link.max_in_flight");

        assertThat(text)
                .startsWith("link.max_in_flight\n    How many requests may be open at once")
                .contains("takes        a whole number; it must be at least 1")
                .contains("default      4096")
                .contains("beyond it    429")
                .contains("changes      with a reload")
                .contains("in the file  \"link\": {\"max_in_flight\": 7}")
                .contains("variable     CULVERT_LINK_MAX_IN_FLIGHT")
                .contains("set here     9, by /etc/culvert/culvertd.jsonc:2:12");
        host.variable("CULVERT_LINK_MAX_IN_FLIGHT", "12");
        assertThat(explain(host, "link.max_in_flight"))
                .contains("set here     12, by environment CULVERT_LINK_MAX_IN_FLIGHT");
    }

    @Test
    void aKeyThatNobodySetsAndOneOfAgentsAreExplainedToo() {
        ScriptedHost host = new ScriptedHost(root);
        assertThat(explain(host, "event_loops"))
                .contains("set here     no: there is no /etc/culvert/culvertd.jsonc")
                .contains("with a restart of the daemon");
        assertThat(explain(host, "agents[3].config"))
                .startsWith("agents[].config\n")
                .contains("\"agents\": [{\"config\": {")
                .contains("secret       its value is printed nowhere")
                .doesNotContain("variable");
    }

    @Test
    void aKeyIsFoundByItsVariableAndASectionByItsName() {
        assertThat(keys.find("CULVERT_HTTP_LISTEN").orElseThrow().key()).isEqualTo("http.listen");
        assertThat(keys.in("sse")).extracting(KeyFacts::key).containsExactly("sse.keepalive");
        assertThat(keys.in("agents")).extracting(KeyFacts::key).contains("agents[].id");
        assertThat(keys.in("nothing")).isEmpty();
    }

    @Test
    void aMisspeltKeyHasANearOne() {
        assertThat(keys.nearest("http.max_conections")).contains("http.max_connections");
        assertThat(keys.nearest("max_in_flight")).contains("link.max_in_flight");
        assertThat(keys.nearest("something else")).isEmpty();
    }

    @Test
    void aKeyWithoutADefaultIsShownWithAPlaceForItsValue() {
        assertThat(explain(new ScriptedHost(root), "http.tls.cert"))
                .contains("in the file  \"http\": {\"tls\": {\"cert\": \"…\"}}\n");
    }

    @Test
    void aListHasTheWholeFirstSentenceOfEachKey() {
        assertThat(Explanation.list(keys.in("http")))
                .contains("PEM file: the private key of the certificate (PKCS#8)\n")
                .doesNotContain("PEM file\n");
    }
}
