package dev.culvert.daemon.front.responses;

class KeptInMemoryTest extends KeptResponsesContract {
    @Override
    public ResponseStore open() {
        return ResponseStore.NONE;
    }
}
