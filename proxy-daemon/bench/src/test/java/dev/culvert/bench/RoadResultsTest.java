package dev.culvert.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RoadResultsTest {
    private final RoadResults results = new RoadResults();

    private static RoadSample sample(String contender, int round, double first, double left) {
        return new RoadSample(contender, round, 0, first, 2 * first, 50_000, 50_100, left, left);
    }

    private void addRounds() {
        results.add(sample("culvertd", 1, 1_000, 400));
        results.add(sample("no proxy", 1, 100, 40));
        results.add(sample("culvertd", 2, 9_000, 500));
        results.add(sample("no proxy", 2, 8_500, 50));
        results.add(sample("culvertd", 3, 1_200, 600));
        results.add(sample("no proxy", 3, 200, 60));
    }

    @Test
    void comparesEachRoundWithNoProxyInTheSameRound() {
        addRounds();
        assertThat(results.added("culvertd", RoadSample::firstP50)).isEqualTo(900);
        assertThat(results.median("culvertd", RoadSample::firstP50)).isEqualTo(1_200);
    }

    @Test
    void addsNothingKnownWithoutARoundOfNoProxy() {
        results.add(sample("culvertd", 1, 1_000, 400));
        assertThat(results.added("culvertd", RoadSample::firstP50)).isNaN();
        assertThat(results.table("The road"))
                .contains("| culvertd | 1,000 | 2,000 | 50,000 | 50,100 | 400 | 400 | – | – |");
    }

    @Test
    void showsTheTimesWhatIsAddedAndTheMemory() {
        addRounds();
        results.addAll(List.of(new RoadResults.Memory("culvertd", 900, 6.54, 12.3)));
        assertThat(results.table("The road").lines())
                .startsWith("### The road")
                .endsWith(
                        "| culvertd | 1,200 (**+900**) | 2,400 (**+1,800**) | 50,000 (**+0**) | 50,100"
                                + " (**+0**) | 500 (**+450**) | 500 (**+450**) | 6.5 | 12.3 |",
                        "| no proxy | 200 | 400 | 50,000 | 50,100 | 50 | 50 | – | – |");
    }

    @Test
    void showsErrorsBesideTheName() {
        results.add(new RoadSample("culvertd", 1, 2, 1, 1, 1, 1, 1, 1));
        results.add(new RoadSample("culvertd", 2, 1, 1, 1, 1, 1, 1, 1));
        assertThat(results.table("The road")).contains("| culvertd (3 errors) |");
    }

    @Test
    void readsWhatTheLoadPrintsOfStreamsAndOfLeavers() {
        RoadSample sample =
                RoadSample.of(
                        "culvertd",
                        4,
                        Figures.named("errors=1 first50=2 first99=3 gap50=4 gap99=5.5 p50=9 p99=9"),
                        Figures.named("errors=2 p50=6 p99=7"));
        assertThat(sample).isEqualTo(new RoadSample("culvertd", 4, 3, 2, 3, 4, 5.5, 6, 7));
        assertThat(sample.csv()).isEqualTo("\"culvertd\",4,3,2.0,3.0,4.0,5.5,6.0,7.0");
        assertThat(RoadSample.CSV_HEAD.split(",")).hasSameSizeAs(sample.csv().split(","));
    }
}
