package dev.culvert.pool;

import dev.culvert.link.AgentLink;
import dev.culvert.link.DialListener;
import dev.culvert.link.Failure;
import dev.culvert.testing.Eventually;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Waits for a link: keeps what it is told, and then does what the test wants done. */
final class Waiter implements DialListener {
    private final List<Object> told = new CopyOnWriteArrayList<>();
    private final Consumer<Object> then;

    Waiter(Consumer<Object> then) {
        this.then = then;
    }

    Waiter() {
        this(_ -> {});
    }

    @Override
    public void onLink(AgentLink link) {
        told.add(link);
        then.accept(link);
    }

    @Override
    public void onFailure(Failure failure) {
        told.add(failure);
        then.accept(failure);
    }

    /** Should never hold more than one. */
    List<Object> told() {
        return told;
    }

    AgentLink link() {
        return (AgentLink) only();
    }

    Failure failure() {
        return (Failure) only();
    }

    private Object only() {
        Eventually.await(() -> {
            if (told.size() != 1) {
                throw new AssertionError("was told " + told);
            }
        });
        return told.getFirst();
    }
}
