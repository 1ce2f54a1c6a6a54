package dev.culvert.guest.runtime;

/**
 * Passes everything on until the end, a failure or an abort, and nothing after that. It is the one
 * place that ensures that a generation ends exactly once.
 */
final class GuardedListener implements GenerationListener {

    private final GenerationListener listener;
    private boolean over;

    GuardedListener(GenerationListener listener) {
        this.listener = listener;
    }

    boolean isOver() {
        return over;
    }

    void silence() {
        over = true;
    }

    @Override
    public void onAnswer() {
        if (!over) {
            listener.onAnswer();
        }
    }

    @Override
    public void onText(String delta) {
        if (!over) {
            listener.onText(delta);
        }
    }

    @Override
    public void onReasoning(String delta) {
        if (!over) {
            listener.onReasoning(delta);
        }
    }

    @Override
    public void onToolCall(String name) {
        if (!over) {
            listener.onToolCall(name);
        }
    }

    @Override
    public void onToolCallFragment(String rawJson) {
        if (!over) {
            listener.onToolCallFragment(rawJson);
        }
    }

    @Override
    public void onAnthropic(String rawJson) {
        if (!over) {
            listener.onAnthropic(rawJson);
        }
    }

    @Override
    public void onEnd(GenerationEnd end) {
        if (!over) {
            over = true;
            listener.onEnd(end);
        }
    }

    @Override
    public void onFailure(RuntimeFailure failure) {
        if (!over) {
            over = true;
            listener.onFailure(failure);
        }
    }
}
