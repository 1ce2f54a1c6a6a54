package dev.culvert.guest.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Records what it is told, and lets a test wait for it. */
public class RecordingListener implements GenerationListener {

    private static final int PATIENCE_SECONDS = 20;

    private final List<String> told = new ArrayList<>();
    private final CompletableFuture<GenerationEnd> end = new CompletableFuture<>();
    private final CompletableFuture<RuntimeFailure> failure = new CompletableFuture<>();
    private final Semaphore texts = new Semaphore(0);
    private @Nullable Generation generation;

    /** Call it on the loop, as soon as the generation is started. */
    public final void started(Generation started) {
        generation = started;
    }

    /** The generation that tells this listener. Call it on the loop. */
    public final Generation generation() {
        return Objects.requireNonNull(generation);
    }

    /**
     * {@code text …}, {@code reasoning …}, {@code tool …}, {@code fragment …}, {@code anthropic …},
     * {@code end …} and {@code failure …}, in order.
     */
    public final synchronized List<String> told() {
        return List.copyOf(told);
    }

    /** The texts joined. */
    public final synchronized String text() {
        StringBuilder text = new StringBuilder();
        told.stream()
                .filter(line -> line.startsWith("text "))
                .forEach(line -> text.append(line.substring(5)));
        return text.toString();
    }

    public final GenerationEnd awaitEnd() throws InterruptedException {
        return await(end);
    }

    public final RuntimeFailure awaitFailure() throws InterruptedException {
        return await(failure);
    }

    /** Waits for one more text. */
    public final void awaitText() throws InterruptedException {
        if (!texts.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("no text came, but " + told());
        }
    }

    private <T> T await(CompletableFuture<T> future) throws InterruptedException {
        try {
            return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException _) {
            throw new AssertionError("waited in vain, and was told " + told());
        }
    }

    private synchronized void write(String line) {
        told.add(line);
    }

    @Override
    public void onText(String delta) {
        write("text " + delta);
        texts.release();
    }

    @Override
    public void onReasoning(String delta) {
        write("reasoning " + delta);
    }

    @Override
    public void onToolCall(String name) {
        write("tool " + name);
    }

    @Override
    public void onToolCallFragment(String rawJson) {
        write("fragment " + rawJson);
    }

    @Override
    public void onAnthropic(String rawJson) {
        write("anthropic " + rawJson);
    }

    @Override
    public void onEnd(GenerationEnd ended) {
        write("end " + ended.finishReason());
        end.complete(ended);
    }

    @Override
    public void onFailure(RuntimeFailure failed) {
        write("failure " + failed.code().wireName());
        failure.complete(failed);
    }
}
