package dev.culvert.daemon.client.top;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.value.Value;
import java.util.List;
import org.junit.jupiter.api.Test;

class TurnTableTest {
    private final TurnTable table = new TurnTable();

    private static Value turn(String id, long ageMillis, long events, String more)
            throws Exception {
        return Value.parse(
                "{\"turn\":\"web.%s\",\"agent\":\"web\",\"stage\":\"answering\",\"age_ms\":%d,\"events\":%d,\"bytes\":20480,\"unread_bytes\":0,\"credit_bytes\":65536%s}"
                        .formatted(id, ageMillis, events, more));
    }

    @Test
    void theFirstLookShowsTheMeanRateAndLaterOnesTheRateSinceTheLast() throws Exception {
        assertThat(table.look(List.of(turn("a", 10_000, 50, ""))).getFirst().rate()).isEqualTo(5);
        assertThat(table.look(List.of(turn("a", 12_000, 90, ""))).getFirst().rate()).isEqualTo(20);
    }

    @Test
    void anAnswerThatMakesNoProgressWaitsForItsAgentUnlessItsClientDoesNotRead() throws Exception {
        table.look(List.of(turn("a", 1_000, 5, ""), turn("b", 1_000, 5, "")));
        List<TurnRow> rows =
                table.look(
                        List.of(
                                turn("a", 2_000, 5, ""),
                                turn("b", 2_000, 5, ",\"waits_for\":\"client\"")));
        assertThat(rows).extracting(TurnRow::waitsFor).containsExactly("agent", "client");
    }

    @Test
    void theBusiestComesFirstAndAnotherReaderBeginsAnew() throws Exception {
        table.look(List.of(turn("a", 9_000, 900, ""), turn("b", 1_000, 1, "")));
        List<TurnRow> rows = table.look(List.of(turn("a", 100, 1, ""), turn("b", 2_000, 101, "")));
        assertThat(rows).extracting(TurnRow::turn).containsExactly("web.b", "web.a");
        assertThat(rows.getLast().rate()).isEqualTo(10);
    }

    @Test
    void theTableFitsTheTerminalAndShowsNoWholeTurnId() throws Exception {
        List<TurnRow> rows = table.look(List.of(turn("UbhxbR7yuvSQb3yGrRO4NQsC", 65_500, 100, "")));
        List<String> lines = TurnTable.draw(rows, 200, 4);
        assertThat(lines.getFirst()).isEqualTo("1 turn, 2 events/s, 0 wait for their client");
        assertThat(lines.getLast())
                .isEqualTo(
                        "web              UbhxbR7y…    answering    65.5s       1.5     20KiB      "
                                + "   0     64KiB  -");
        assertThat(TurnTable.draw(rows, 20, 3)).hasSize(3).allMatch(it -> it.length() <= 20);
    }
}
