package dev.culvert.frame;

enum FrameType {
    A
}
