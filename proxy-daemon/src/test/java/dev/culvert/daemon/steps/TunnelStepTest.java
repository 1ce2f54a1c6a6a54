package dev.culvert.daemon.steps;

import static io.netty.handler.codec.http.HttpMethod.GET;
import static io.netty.handler.codec.http.HttpMethod.POST;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.flows.StepFailure;
import dev.culvert.settings.Jsonc;
import dev.culvert.settings.Node;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The step {@code tunnel}, with routes that say what the test wants. */
@Timeout(30)
class TunnelStepTest {
    private static final String START = "/api/v1/tunnels/{tunnel}/start";
    private static final String STATUS = "/api/v1/tunnels/{tunnel}";
    private static final String UP =
            "{\"name\":\"db\",\"state\":\"up\",\"listen\":\"tcp://127.0.0.1:5432\",\"hop\":null,\"trouble\":null,\"already\":%s}";

    private final StepBench bench = new StepBench();

    @AfterEach
    void close() {
        bench.close();
    }

    private static String waiting(String state, String hop, String trouble) {
        return "{\"name\":\"db\",\"state\":\"%s\",\"listen\":\"tcp://127.0.0.1:5432\",\"hop\":\"%s\",\"trouble\":\"%s\",\"already\":false}"
                .formatted(state, hop, trouble);
    }

    private TunnelStep step() {
        return new TunnelStep(bench.own());
    }

    @Test
    void startsATunnelAndTellsWhereItIs() throws Exception {
        bench.serving(POST, START, UP.formatted("false"));

        String output = bench.run(step(), "{'name': 'db'}").json();

        assertThat(output)
                .isEqualTo(
                        "{\"name\": \"db\", \"state\": \"up\", \"up\": true, \"already\": false, \"listen\": \"tcp://127.0.0.1:5432\", \"host\": \"127.0.0.1\", \"port\": 5432, \"through\": \"tunnel:db\", \"hop\": \"\", \"trouble\": \"\"}");
        assertThat(bench.asked)
                .singleElement()
                .asString()
                .startsWith("/api/v1/tunnels/db/start null {\"wait\": \"9");
    }

    @Test
    void waitsUntilItIsUp() throws Exception {
        bench.serving(POST, START, waiting("waiting", "tcp", "nothing answers"));
        bench.serving(GET, STATUS, UP.formatted("true"));

        String output = bench.run(step(), "{'name': 'db', 'do': 'start'}").json();

        assertThat(output).contains("\"up\": true", "\"already\": false");
        assertThat(bench.asked).hasSize(2).last().asString().startsWith("/api/v1/tunnels/db null");
    }

    @Test
    void whatOnlyAPersonCanMendIsNotWaitedFor() throws Exception {
        bench.serving(POST, START, waiting("waiting", "auth", "Permission denied."));

        StepFailure why = bench.run(step(), "{'name': 'db'}").why();

        assertThat(why)
                .isEqualTo(
                        new StepFailure(
                                "tunnel_down",
                                "the tunnel db is not up: Permission denied.",
                                false));
    }

    @Test
    void aTunnelThatSomebodyStopsMeanwhileIsNotUp() throws Exception {
        bench.serving(POST, START, waiting("connecting", "", ""));
        bench.serving(GET, STATUS, waiting("down", "", ""));

        assertThat(bench.run(step(), "{'name': 'db'}").why().sentence())
                .isEqualTo(
                        "the tunnel db is not up: it is stopped: culvert tunnel start db starts it");
    }

    @Test
    void aTunnelThatNeedNotBeUpIsNoFailure() throws Exception {
        bench.serving(POST, START, waiting("waiting", "auth", "Permission denied."));

        assertThat(bench.run(step(), "{'name': 'db', 'must': false}").json())
                .contains("\"up\": false", "\"hop\": \"auth\"");
    }

    @Test
    void itIsTestedByItsProbe() throws Exception {
        bench.serving(
                POST,
                "/api/v1/tunnels/{tunnel}/test",
                "{\"name\":\"db\",\"ok\":false,\"state\":\"probing\"}");
        bench.serving(GET, STATUS, waiting("probing", "probe", "No bytes get through."));

        StepFailure why = bench.run(step(), "{'name': 'db', 'do': 'test'}").why();

        assertThat(why.sentence()).isEqualTo("the tunnel db is not up: No bytes get through.");
        assertThat(why.mayPass()).isTrue();
    }

    @Test
    void stoppingIsNoFailure() throws Exception {
        bench.serving(POST, "/api/v1/tunnels/{tunnel}/stop", waiting("down", "", ""));

        assertThat(bench.run(step(), "{'name': 'a b', 'do': 'stop'}").json())
                .contains("\"state\": \"down\"", "\"up\": false");
        assertThat(bench.asked).containsExactly("/api/v1/tunnels/a%20b/stop null ");
    }

    @Test
    void aTunnelThatIsNotThereIsAFailureInTheWordsOfTheDaemon() throws Exception {
        bench.serving(POST, START, NOT_FOUND, "{\"error\":\"There is no tunnel 'x'.\"}");

        assertThat(bench.run(step(), "{'name': 'x'}").why().sentence())
                .isEqualTo("There is no tunnel 'x'.");
        assertThat(bench.run(step(), "{'name': ''}").why().code()).isEqualTo("bad_parameter");
    }

    @Test
    void mayRunAgain() {
        assertThat(step().isIdempotent((Node.Members) Jsonc.read("{\"name\": \"db\"}"))).isTrue();
    }
}
