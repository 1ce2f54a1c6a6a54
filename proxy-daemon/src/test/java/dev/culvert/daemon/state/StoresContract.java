package dev.culvert.daemon.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.approvals.ApprovalStore;
import dev.culvert.daemon.approvals.ApprovalStoreContract;
import dev.culvert.daemon.auth.TokenStore;
import dev.culvert.daemon.auth.TokenStoreContract;
import dev.culvert.daemon.continuations.ContinuationStore;
import dev.culvert.daemon.continuations.ContinuationStoreContract;
import dev.culvert.daemon.enrol.EnrolmentStore;
import dev.culvert.daemon.enrol.EnrolmentStoreContract;
import dev.culvert.daemon.enrol.IdentityStore;
import dev.culvert.daemon.enrol.IdentityStoreContract;
import dev.culvert.daemon.fleet.AgentStore;
import dev.culvert.daemon.fleet.AgentStoreContract;
import dev.culvert.daemon.fleet.DesiredStore;
import dev.culvert.daemon.fleet.DesiredStoreContract;
import dev.culvert.daemon.fleet.SeenStore;
import dev.culvert.daemon.fleet.SeenStoreContract;
import dev.culvert.daemon.flows.FlowStore;
import dev.culvert.daemon.flows.FlowStoreContract;
import dev.culvert.daemon.front.responses.KeptResponsesContract;
import dev.culvert.daemon.front.responses.ResponseStore;
import dev.culvert.daemon.inventory.InventoryStore;
import dev.culvert.daemon.inventory.InventoryStoreContract;
import dev.culvert.daemon.operations.RunStore;
import dev.culvert.daemon.operations.RunStoreContract;
import dev.culvert.daemon.plans.KeptState;
import dev.culvert.daemon.plans.StateStore;
import dev.culvert.daemon.previews.PreviewStore;
import dev.culvert.daemon.previews.PreviewStoreContract;
import dev.culvert.daemon.providers.BudgetStore;
import dev.culvert.daemon.providers.BudgetStoreContract;
import dev.culvert.daemon.sshtunnels.SshTunnelStore;
import dev.culvert.daemon.sshtunnels.SshTunnelStoreContract;
import dev.culvert.daemon.webhooks.DeliveryStore;
import dev.culvert.daemon.webhooks.DeliveryStoreContract;
import dev.culvert.daemon.webhooks.DriftStore;
import dev.culvert.daemon.webhooks.DriftStoreContract;
import dev.culvert.infra.GuestId;
import dev.culvert.infra.GuestKind;
import dev.culvert.infra.ManagedGuest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What the stores of every database do. */
abstract class StoresContract {
    private @Nullable Database database;
    private @Nullable Stores stores;

    /** Opens the database as a daemon does; it is empty at the first call of a test. */
    abstract Database open() throws IOException;

    @AfterEach
    void close() {
        if (database != null) {
            database.close();
        }
        database = null;
        stores = null;
    }

    final Stores stores() throws IOException {
        Stores now = stores;
        if (now == null) {
            Database opened = open();
            database = opened;
            now = Stores.in(opened);
            stores = now;
        }
        return now;
    }

    final Stores afterARestart() throws IOException {
        close();
        return stores();
    }

    @Nested
    class OfTokens implements TokenStoreContract {
        @Override
        public TokenStore store() throws IOException {
            return stores().tokens();
        }
    }

    @Nested
    class OfDesired implements DesiredStoreContract {
        @Override
        public DesiredStore store() throws IOException {
            return stores().desired();
        }

        @Override
        public DesiredStore storeAfterARestart() throws IOException {
            return afterARestart().desired();
        }
    }

    @Nested
    class OfAgents implements AgentStoreContract {
        @Override
        public AgentStore store() throws IOException {
            return stores().agents();
        }

        @Override
        public AgentStore storeAfterARestart() throws IOException {
            return afterARestart().agents();
        }
    }

    @Nested
    class OfSshTunnels implements SshTunnelStoreContract {
        @Override
        public SshTunnelStore store() throws IOException {
            return stores().sshTunnels();
        }

        @Test
        void areThereAfterARestart() throws IOException {
            store().save(OF_CLIENT);

            assertThat(afterARestart().sshTunnels().read()).containsExactly(OF_CLIENT);
        }
    }

    @Nested
    class OfLastSeen implements SeenStoreContract {
        @Override
        public SeenStore store() throws IOException {
            return stores().seen();
        }

        @Override
        public SeenStore storeAfterARestart() throws IOException {
            return afterARestart().seen();
        }
    }

    @Nested
    class OfBudgets implements BudgetStoreContract {
        @Override
        public BudgetStore store() throws IOException {
            return stores().budgets();
        }

        @Override
        public BudgetStore storeAfterARestart() throws IOException {
            return afterARestart().budgets();
        }
    }

    @Nested
    class OfRuns implements RunStoreContract {
        @Override
        public RunStore store() throws IOException {
            return stores().runs();
        }

        @Override
        public RunStore storeAfterARestart() throws IOException {
            return afterARestart().runs();
        }
    }

    @Nested
    class OfEnrolments implements EnrolmentStoreContract {
        @Override
        public EnrolmentStore open() throws IOException {
            return afterARestart().enrolments();
        }
    }

    @Nested
    class OfIdentities implements IdentityStoreContract {
        @Override
        public IdentityStore open() throws IOException {
            return afterARestart().identities();
        }
    }

    @Nested
    class OfApprovals implements ApprovalStoreContract {
        @Override
        public ApprovalStore open() throws IOException {
            return afterARestart().approvals();
        }
    }

    @Nested
    class OfContinuations implements ContinuationStoreContract {
        @Override
        public ContinuationStore open() throws IOException {
            return afterARestart().continuations();
        }
    }

    @Nested
    class OfDrifts implements DriftStoreContract {
        @Override
        public DriftStore open() throws IOException {
            return afterARestart().drifts();
        }
    }

    @Nested
    class OfDeliveries implements DeliveryStoreContract {
        @Override
        public DeliveryStore open() throws IOException {
            return afterARestart().deliveries();
        }
    }

    @Nested
    class OfFlows implements FlowStoreContract {
        @Override
        public FlowStore open() throws IOException {
            return afterARestart().flows();
        }
    }

    @Nested
    class OfPreviews implements PreviewStoreContract {
        @Override
        public PreviewStore open() throws IOException {
            return afterARestart().previews();
        }
    }

    @Nested
    class OfDesiredStates {
        @Test
        void whatWasSavedLastIsThereAfterARestart() throws IOException {
            ManagedGuest guest =
                    new ManagedGuest(new GuestId("lab", 110), GuestKind.VM, "web", List.of("db"));
            KeptState first =
                    new KeptState(
                            "lab",
                            1,
                            "{ // é\n}",
                            Map.of(guest.id(), guest),
                            "admin",
                            Instant.parse("2026-11-30T20:00:00Z"),
                            "");
            KeptState next =
                    new KeptState(
                            "lab", 2, "{}", Map.of(), "ci", first.written(), "fr_0123456789abcdef");
            StateStore store = afterARestart().infra();
            store.save(next);
            store.save(first);
            assertThat(afterARestart().infra().read()).containsExactly(first);

            store = afterARestart().infra();
            store.save(next);

            assertThat(afterARestart().infra().read()).containsExactly(next);
            afterARestart().infra().delete("lab");
            assertThat(afterARestart().infra().read()).isEmpty();
        }
    }

    @Nested
    class OfInventory implements InventoryStoreContract {
        @Override
        public InventoryStore open() throws IOException {
            return afterARestart().inventory();
        }
    }

    @Nested
    class OfResponses extends KeptResponsesContract {
        @Override
        public ResponseStore open() {
            try {
                return stores().responses();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
