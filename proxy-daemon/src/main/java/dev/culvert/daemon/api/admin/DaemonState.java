package dev.culvert.daemon.api.admin;

import dev.culvert.daemon.turn.Turns;
import dev.culvert.transport.AgentAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What the whole daemon tells its operators of itself.
 *
 * @param started when it was started
 * @param clients where clients reach it
 * @param operators where operators reach it
 * @param turns of all agents
 * @param failures of the last hour, by code
 */
public record DaemonState(
        Instant started,
        Supplier<List<AgentAddress>> clients,
        Supplier<List<AgentAddress>> operators,
        Turns turns,
        Supplier<Map<String, Long>> failures) {}
