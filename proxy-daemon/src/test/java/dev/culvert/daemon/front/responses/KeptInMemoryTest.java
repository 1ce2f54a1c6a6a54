package dev.culvert.daemon.front.responses;

class KeptInMemoryTest extends KeptResponsesContract {
    @Override
    ResponseStore open() {
        return ResponseStore.NONE;
    }
}
