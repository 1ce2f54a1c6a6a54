package dev.culvert.daemon.state;

import dev.culvert.daemon.enrol.AgentIdentity;
import dev.culvert.daemon.enrol.AgentIdentity.Joined;
import dev.culvert.daemon.enrol.AgentIdentity.Keys;
import dev.culvert.daemon.enrol.IdentityStore;
import dev.culvert.identity.Joining;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One file for each agent that has an identity. */
final class IdentityFiles implements IdentityStore {
    private record Fact(String name, String value) {}

    private final RecordFiles files;

    IdentityFiles(Path stateDirectory, Runnable onFailure) {
        files =
                new RecordFiles(
                        stateDirectory.resolve("identities"),
                        "the identity of an agent",
                        onFailure);
    }

    @Override
    public boolean isKept() {
        return true;
    }

    @Override
    public List<AgentIdentity> read() throws IOException {
        return files.read(IdentityFiles::identity);
    }

    private static AgentIdentity identity(Section in) {
        Instant created = Values.required(in, "created", Values.TIME);
        Keys keys =
                new Keys(
                        Values.required(in, "key", Values.KEY),
                        in.get("key_made", Values.TIME, created),
                        in.find("former_key", Values.KEY).orElse(null));
        return new AgentIdentity(
                Values.required(in, "agent_id", Kind.TEXT),
                Values.required(in, "tenant", Kind.TEXT),
                in.get("parent", Kind.TEXT, ""),
                created,
                keys,
                in.find("joined", Values.TIME).map(when -> joined(when, in)).orElse(null),
                facts(in),
                in.find("revoked", Values.TIME).orElse(null));
    }

    private static Joined joined(Instant when, Section in) {
        Joining joining =
                new Joining(
                        in.get("joins", Kind.LONG, 0L),
                        in.get("instance", Kind.TEXT, ""),
                        in.get("generation", Kind.TEXT, ""));
        return new Joined(joining, when);
    }

    private static Map<String, String> facts(Section in) {
        Map<String, String> facts = new LinkedHashMap<>();
        List<Fact> list =
                in.sections(
                        "facts",
                        fact ->
                                new Fact(
                                        fact.get("name", Kind.TEXT, ""),
                                        fact.get("value", Kind.TEXT, "")));
        list.forEach(fact -> facts.put(fact.name, fact.value));
        return facts;
    }

    @Override
    public void save(AgentIdentity identity) throws IOException {
        files.save(
                identity.agentId(),
                json -> {
                    json.writeStringField("agent_id", identity.agentId());
                    json.writeStringField("tenant", identity.tenant());
                    json.writeStringField("parent", identity.parent());
                    Values.write(json, "created", identity.created());
                    Values.write(json, "key", identity.keys().present());
                    Values.write(json, "key_made", identity.keys().made());
                    Values.write(json, "former_key", identity.keys().former());
                    Joined joined = identity.joined();
                    if (joined != null) {
                        json.writeNumberField("joins", joined.joining().counter());
                        json.writeStringField("instance", joined.joining().instance());
                        json.writeStringField("generation", joined.joining().generation());
                        Values.write(json, "joined", joined.when());
                    }
                    json.writeArrayFieldStart("facts");
                    for (Map.Entry<String, String> fact : identity.facts().entrySet()) {
                        json.writeStartObject();
                        json.writeStringField("name", fact.getKey());
                        json.writeStringField("value", fact.getValue());
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                    Values.write(json, "revoked", identity.revoked());
                });
    }

    @Override
    public void delete(String agentId) throws IOException {
        files.delete(agentId);
    }
}
