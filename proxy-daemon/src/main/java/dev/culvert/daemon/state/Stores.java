package dev.culvert.daemon.state;

import dev.culvert.daemon.approvals.ApprovalStore;
import dev.culvert.daemon.approvals.MemoryApprovals;
import dev.culvert.daemon.auth.MemoryTokens;
import dev.culvert.daemon.auth.TokenStore;
import dev.culvert.daemon.continuations.ContinuationStore;
import dev.culvert.daemon.continuations.MemoryContinuations;
import dev.culvert.daemon.enrol.EnrolmentStore;
import dev.culvert.daemon.enrol.IdentityStore;
import dev.culvert.daemon.enrol.MemoryEnrolments;
import dev.culvert.daemon.enrol.MemoryIdentities;
import dev.culvert.daemon.fleet.AgentStore;
import dev.culvert.daemon.fleet.DesiredStore;
import dev.culvert.daemon.fleet.SeenStore;
import dev.culvert.daemon.flows.FlowStore;
import dev.culvert.daemon.flows.MemoryFlows;
import dev.culvert.daemon.front.responses.ResponseStore;
import dev.culvert.daemon.inventory.InventoryStore;
import dev.culvert.daemon.inventory.MemoryInventory;
import dev.culvert.daemon.operations.RunStore;
import dev.culvert.daemon.plans.MemoryStates;
import dev.culvert.daemon.plans.StateStore;
import dev.culvert.daemon.previews.MemoryPreviews;
import dev.culvert.daemon.previews.PreviewStore;
import dev.culvert.daemon.providers.BudgetStore;
import dev.culvert.daemon.sshtunnels.MemorySshTunnels;
import dev.culvert.daemon.sshtunnels.SshTunnelStore;
import dev.culvert.daemon.webhooks.DeliveryStore;
import dev.culvert.daemon.webhooks.DriftStore;
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
        ResponseStore responses,
        ApprovalStore approvals,
        ContinuationStore continuations,
        DeliveryStore deliveries,
        DriftStore drifts,
        BudgetStore budgets,
        FlowStore flows,
        PreviewStore previews,
        InventoryStore inventory,
        SshTunnelStore sshTunnels,
        StateStore infra) {
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
                ResponseStore.NONE,
                new MemoryApprovals(),
                new MemoryContinuations(),
                DeliveryStore.NONE,
                DriftStore.NONE,
                BudgetStore.NONE,
                new MemoryFlows(),
                new MemoryPreviews(),
                new MemoryInventory(),
                new MemorySshTunnels(),
                new MemoryStates());
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
                new SqlResponses(database),
                new SqlApprovals(database),
                new SqlContinuations(database),
                new SqlDeliveries(database),
                new SqlDrifts(database),
                new SqlBudgets(database),
                new SqlFlows(database),
                new SqlPreviews(database),
                new SqlInventory(database),
                new SqlSshTunnels(database),
                new SqlStates(database));
    }
}
