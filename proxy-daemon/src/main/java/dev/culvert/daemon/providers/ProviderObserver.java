package dev.culvert.daemon.providers;

/** Counts what providers are asked. Safe for all threads; must not block. */
public interface ProviderObserver {
    /** Counts nothing. */
    ProviderObserver NONE =
            new ProviderObserver() {
                @Override
                public void onAnswered(String provider, int status) {}

                @Override
                public void onFailed(String provider) {}

                @Override
                public void onAskedAgain(String provider) {}

                @Override
                public void onTokens(String provider, long input, long output) {}

                @Override
                public void onCut(String provider) {}

                @Override
                public void onRefused() {}
            };

    /** A provider has begun to answer a request. */
    void onAnswered(String provider, int status);

    /** A provider could not be asked, or has broken off its answer. */
    void onFailed(String provider);

    /** A request goes to the same provider again, or to the next one. */
    void onAskedAgain(String provider);

    /** A request has ended, and has used these. */
    void onTokens(String provider, long input, long output);

    /** A stream was ended because a budget was used up. */
    void onCut(String provider);

    /** A request was refused because a budget was used up. */
    void onRefused();
}
