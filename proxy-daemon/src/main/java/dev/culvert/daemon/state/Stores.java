package dev.culvert.daemon.state;

import dev.culvert.daemon.auth.MemoryTokens;
import dev.culvert.daemon.auth.TokenStore;
import dev.culvert.daemon.enrol.EnrolmentStore;
import dev.culvert.daemon.enrol.IdentityStore;
import dev.culvert.daemon.enrol.MemoryEnrolments;
import dev.culvert.daemon.enrol.MemoryIdentities;
import dev.culvert.daemon.fleet.AgentStore;
import dev.culvert.daemon.fleet.DesiredStore;
import dev.culvert.daemon.fleet.SeenStore;
import dev.culvert.daemon.front.responses.ResponseStore;
import dev.culvert.daemon.operations.RunStore;
import java.io.IOException;

/** Where each room keeps what it has to keep. */
public record Stores(
        TokenStore tokens,
        DesiredStore desired,
        AgentStore agents,
        SeenStore seen,
        RunStore runs,
        EnrolmentStore enrolments,
        IdentityStore identities,
        ResponseStore responses) {
    /** They end with the daemon. */
    static Stores inMemory() {
        return new Stores(
                new MemoryTokens(),
                DesiredStore.NONE,
                AgentStore.NONE,
                SeenStore.NONE,
                RunStore.NONE,
                new MemoryEnrolments(),
                new MemoryIdentities(),
                ResponseStore.NONE);
    }

    static Stores in(Database database) throws IOException {
        return new Stores(
                new SqlTokens(database),
                new SqlDesired(database),
                new SqlAgents(database),
                new SqlSeen(database),
                new SqlRuns(database),
                new SqlEnrolments(database),
                new SqlIdentities(database),
                new SqlResponses(database));
    }
}
