package dev.culvert.daemon.client.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.client.console.Catalogue;
import dev.culvert.daemon.client.console.Effect;
import dev.culvert.daemon.client.console.Entry;
import dev.culvert.daemon.client.console.Entry.Effects;
import dev.culvert.daemon.operations.Operation;
import dev.culvert.daemon.operations.Operations;
import dev.culvert.value.Value;
import io.netty.handler.codec.http.HttpMethod;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConsoleVerbsTest {
    /** As the daemon tells them. */
    private static Catalogue catalogue() throws Exception {
        List<Value> operations = new ArrayList<>();
        for (Operation operation : Operations.all()) {
            StringWriter parameters = new StringWriter();
            try (JsonGenerator json = new JsonFactory().createGenerator(parameters)) {
                json.writeStartObject();
                operation.writeSchema(json);
                json.writeEndObject();
            }
            operations.add(
                    Value.members(
                            "name",
                            operation.name(),
                            "verb",
                            operation.verb(),
                            "summary",
                            operation.summary(),
                            "effect",
                            operation.effect().label(),
                            "method",
                            operation.method().name(),
                            "streams",
                            operation.streams() ? Value.of(true) : Value.nothing(),
                            "parameters",
                            Value.parse(parameters.toString())));
        }
        return ConsoleVerbs.catalogue(Culvert.spec(), operations, true);
    }

    private static Entry entry(Catalogue catalogue, String words) {
        return catalogue.entries().stream()
                .filter(it -> it.words().equals(words))
                .findAny()
                .orElseThrow();
    }

    @Test
    void aVerbDoesWhatItsOperationDoes() throws Exception {
        Catalogue catalogue = catalogue();

        assertThat(entry(catalogue, "agents show").effects()).isEqualTo(Effects.of(Effect.READ));
        assertThat(entry(catalogue, "agents add").effects()).isEqualTo(Effects.of(Effect.CHANGE));
        assertThat(entry(catalogue, "agents remove").effects())
                .isEqualTo(Effects.of(Effect.DESTROY));
        assertThat(entry(catalogue, "agents").effects()).isEqualTo(Effects.of(Effect.READ));
        assertThat(entry(catalogue, "log-level").effects())
                .isEqualTo(new Effects(Effect.CHANGE, Effect.READ, true));
        assertThat(entry(catalogue, "context use").effects()).isEqualTo(Effects.of(Effect.LOCAL));
    }

    @Test
    void everyOperationWithAVerbIsACommand() throws Exception {
        List<String> commands = catalogue().entries().stream().map(Entry::words).toList();

        assertThat(commands)
                .containsAll(
                        Operations.all().stream()
                                .map(it -> it.verb().replaceFirst(" --.*", ""))
                                .filter(it -> !it.isEmpty())
                                .toList());
    }

    /** Of nothing is it unknown what it does: that would count as a change, and not be offered. */
    @Test
    void everyCommandIsOfferedToWhoMayDoEverything() throws Exception {
        assertThat(catalogue().entries())
                .filteredOn(it -> !it.effects().offered())
                .extracting(Entry::words)
                .filteredOn(it -> !it.startsWith("call "))
                .containsExactlyInAnyOrder("chat", "exec", "setup");
    }

    @Test
    void containersHaveTheOperationsOfMachines() throws Exception {
        Catalogue catalogue = catalogue();

        assertThat(entry(catalogue, "ct list").effects()).isEqualTo(Effects.of(Effect.READ));
        assertThat(entry(catalogue, "ct start").effects()).isEqualTo(Effects.of(Effect.CHANGE));
        assertThat(entry(catalogue, "ct destroy").effects()).isEqualTo(Effects.of(Effect.DESTROY));
    }

    @Test
    void everyOperationIsACommandByItsNameAndOfferedIfItHasNoOther() throws Exception {
        Catalogue catalogue = catalogue();

        for (Operation operation : Operations.all()) {
            Entry entry = entry(catalogue, "call " + operation.name());
            assertThat(entry.effects().offered())
                    .as(operation.name())
                    .isEqualTo(
                            operation.verb().isEmpty()
                                    && (!operation.streams()
                                            || operation.method().equals(HttpMethod.GET)));
        }
        assertThat(entry(catalogue, "call agents.turns").arguments())
                .extracting(Entry.Argument::label)
                .startsWith("id=…");
        assertThat(entry(catalogue, "call agents.remove").effects().full())
                .isEqualTo(Effect.DESTROY);
    }

    @Test
    void everyCommandHasALineOfHelpAndAHeading() throws Exception {
        for (Entry entry : catalogue().entries()) {
            assertThat(entry.summary()).as(entry.words()).isNotBlank().doesNotContain("\n");
            assertThat(entry.group()).as(entry.words()).isNotBlank();
        }
    }

    @Test
    void whatTheDaemonDoesNotTellThisCallerIsNotOfferedAndCountsAsAChange() {
        Entry entry =
                entry(ConsoleVerbs.catalogue(Culvert.spec(), List.of(), true), "agents remove");

        assertThat(entry.effects()).isEqualTo(new Effects(Effect.CHANGE, Effect.CHANGE, false));
    }

    @Test
    void argumentsAndFlagsAreThoseOfTheVerb() throws Exception {
        Entry show = entry(catalogue(), "agents show");

        assertThat(show.arguments())
                .containsExactly(new Entry.Argument("AGENT", true, 1, List.of()));
        assertThat(show.flags()).anyMatch(it -> it.names().contains("--output") && it.common());
        assertThat(entry(catalogue(), "message").arguments().getFirst().label()).isEqualTo("AGENT");
    }
}
