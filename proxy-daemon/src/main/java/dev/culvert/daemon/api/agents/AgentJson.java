package dev.culvert.daemon.api.agents;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.AgentWork;
import dev.culvert.daemon.fleet.Condition;
import dev.culvert.daemon.fleet.Desired;
import dev.culvert.daemon.fleet.Enrolled;
import dev.culvert.daemon.fleet.Presence;
import dev.culvert.daemon.fleet.Quiesced;
import dev.culvert.link.Feature;
import dev.culvert.link.Heartbeat;
import dev.culvert.link.PolicyLayer;
import dev.culvert.link.ToolFacts;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;

/** Writes what clients are told of an agent. */
final class AgentJson {
    private AgentJson() {}

    /** Writes the agent as an object. */
    static void write(JsonGenerator json, Agent agent) throws IOException {
        json.writeStartObject();
        writeMembers(json, agent);
        json.writeEndObject();
    }

    static void writeMembers(JsonGenerator json, Agent agent) throws IOException {
        Presence presence = agent.presence();
        Desired desired = agent.desired();
        json.writeStringField("id", agent.id());
        json.writeStringField("tenant", agent.tenant());
        json.writeStringField("address", agent.road().toString());
        json.writeStringField("road", agent.road().isDialled() ? "dialled" : "incoming");
        json.writeStringField("presence", presence.state().presence());
        json.writeStringField("state", presence.state().label());
        json.writeStringField("since", presence.since().truncatedTo(ChronoUnit.MILLIS).toString());
        json.writeArrayFieldStart("conditions");
        for (Condition condition : agent.conditions()) {
            json.writeString(condition.label());
        }
        json.writeEndArray();
        Instant drained = agent.drainedSince();
        if (drained != null) {
            json.writeStringField(
                    "drained_since", drained.truncatedTo(ChronoUnit.MILLIS).toString());
        }
        Quiesced quiesced = agent.quiesced();
        if (quiesced != null) {
            writeTime(json, "quiesced_since", quiesced.since());
            writeTime(json, "quiesced_until", quiesced.until());
            json.writeNumberField("turns_parked", quiesced.turns());
        }
        if (presence.lastHeard() != null) {
            json.writeStringField(
                    "last_heard", presence.lastHeard().truncatedTo(ChronoUnit.MILLIS).toString());
        }
        writeHeartbeat(json, presence.said());
        json.writeNumberField("links_open", agent.road().openLinks());
        json.writeNumberField("turns_in_flight", agent.turns());
        writeWork(json, agent.work());
        json.writeNumberField("desired_revision", desired == null ? 0 : desired.revision());
        json.writeNumberField("applied_revision", agent.appliedRevision());
        json.writeStringField("source", agent.source());
        String conflict = agent.conflict();
        if (conflict != null) {
            json.writeStringField("conflict", conflict);
        }
        if (presence.lastError() != null) {
            json.writeStringField("last_error", presence.lastError());
        }
        Enrolled enrolled = agent.enrolled();
        if (enrolled != null) {
            writeIdentity(json, enrolled);
        }
    }

    private static void writeIdentity(JsonGenerator json, Enrolled enrolled) throws IOException {
        json.writeObjectFieldStart("identity");
        writeTime(json, "since", enrolled.since());
        json.writeStringField("key", enrolled.key());
        writeTime(json, "key_made", enrolled.keyMade());
        json.writeNumberField("joins", enrolled.joins());
        Instant last = enrolled.lastJoin();
        if (last != null) {
            writeTime(json, "last_join", last);
        }
        if (!enrolled.generation().isEmpty()) {
            json.writeStringField("generation", enrolled.generation());
        }
        json.writeObjectFieldStart("facts");
        for (Map.Entry<String, String> fact : new TreeMap<>(enrolled.facts()).entrySet()) {
            json.writeStringField(fact.getKey(), fact.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
        if (!enrolled.parent().isEmpty()) {
            json.writeObjectFieldStart("lineage");
            json.writeStringField("parent", enrolled.parent());
            json.writeEndObject();
        }
    }

    private static void writeTime(JsonGenerator json, String name, Instant time)
            throws IOException {
        json.writeStringField(name, time.truncatedTo(ChronoUnit.MILLIS).toString());
    }

    /** Nothing for an agent that has done none since the daemon started. */
    private static void writeWork(JsonGenerator json, AgentWork work) throws IOException {
        long latest = work.latestMillis();
        if (latest == 0) {
            return;
        }
        json.writeObjectFieldStart("work");
        json.writeNumberField("turns", work.turns());
        json.writeNumberField("bytes", work.bytes());
        if (work.firstChunkMillis() >= 0) {
            json.writeNumberField("first_chunk_ms", work.firstChunkMillis());
        }
        json.writeStringField("latest", Instant.ofEpochMilli(latest).toString());
        json.writeEndObject();
    }

    private static void writeHeartbeat(JsonGenerator json, Heartbeat said) throws IOException {
        json.writeObjectFieldStart("heartbeat");
        json.writeStringField("status", said.status());
        json.writeNumberField("uptime_secs", said.uptimeSeconds());
        json.writeStringField("protocol", said.protocol());
        json.writeArrayFieldStart("features");
        for (Feature feature : said.features()) {
            json.writeString(feature.wireName());
        }
        json.writeEndArray();
        json.writeStringField("instance", said.instance());
        json.writeStringField("agent_version", said.agentVersion());
        json.writeNumberField("in_flight", said.inFlight());
        json.writeStringField("runtime_kind", said.runtimeKind());
        if (!said.runtimeError().isEmpty()) {
            json.writeStringField("runtime_error", said.runtimeError());
        }
        if (!said.policy().isEmpty()) {
            json.writeStringField("policy", said.policy());
        }
        if (!said.policies().isEmpty()) {
            json.writeArrayFieldStart("policies");
            for (PolicyLayer layer : said.policies()) {
                json.writeStartObject();
                json.writeStringField("level", layer.level());
                json.writeStringField("version", layer.version());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        ToolFacts tools = said.tools();
        if (tools != null) {
            json.writeObjectFieldStart("tools");
            json.writeBooleanField("openat2", tools.openat2());
            if (!tools.paths().isEmpty()) {
                json.writeStringField("paths", tools.paths());
            }
            json.writeNumberField("landlock", tools.landlock());
            json.writeBooleanField("seccomp", tools.seccomp());
            json.writeStringField("commands", tools.commands());
            json.writeEndObject();
        }
        json.writeEndObject();
    }
}
