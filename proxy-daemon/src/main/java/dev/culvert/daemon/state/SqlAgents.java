package dev.culvert.daemon.state;

import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.daemon.fleet.AgentStore;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The agents that clients added, in the database. */
final class SqlAgents implements AgentStore {
    private record Tool(String agent, String name) {}

    private final Database database;

    SqlAgents(Database database) {
        this.database = database;
    }

    @Override
    public boolean isKept() {
        return true;
    }

    @Override
    public List<AgentSettings> read() throws IOException {
        return database.run(connection -> {
            Map<String, List<String>> tools = new HashMap<>();
            for (Tool tool :
                    Sql.list(
                            connection,
                            row -> new Tool(row.getString(1), row.getString(2)),
                            "SELECT agent, tool FROM agent_tools ORDER BY agent, position")) {
                tools.computeIfAbsent(tool.agent(), _ -> new ArrayList<>()).add(tool.name());
            }
            return Sql.list(
                    connection,
                    row -> {
                        String id = row.getString("id");
                        try {
                            return new AgentSettings(
                                    id,
                                    row.getString("tenant"),
                                    AgentAddress.parse(row.getString("address")),
                                    Optional.ofNullable(row.getString("config")),
                                    tools.getOrDefault(id, List.of()));
                        } catch (IllegalArgumentException e) {
                            throw new SQLException(
                                    "the agent " + id + " is not valid: " + e.getMessage(), e);
                        }
                    },
                    "SELECT id, tenant, address, config FROM agents ORDER BY id");
        });
    }

    @Override
    public void save(AgentSettings agent) throws IOException {
        database.run(connection -> {
            delete(connection, agent.id());
            Sql.update(
                    connection,
                    "INSERT INTO agents (id, tenant, address, config) VALUES (?, ?, ?, ?)",
                    agent.id(),
                    agent.tenant(),
                    agent.address().toString(),
                    agent.config().orElse(null));
            int position = 0;
            for (String tool : agent.toolAllowlist()) {
                Sql.update(
                        connection,
                        "INSERT INTO agent_tools (agent, position, tool) VALUES (?, ?, ?)",
                        agent.id(),
                        (long) position++,
                        tool);
            }
            return position;
        });
    }

    @Override
    public void forget(String id) throws IOException {
        database.run(connection -> delete(connection, id));
    }

    private static int delete(Connection connection, String id) throws SQLException {
        Sql.update(connection, "DELETE FROM agent_tools WHERE agent = ?", id);
        return Sql.update(connection, "DELETE FROM agents WHERE id = ?", id);
    }
}
