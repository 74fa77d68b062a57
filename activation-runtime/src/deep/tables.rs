//! Constants of the elementary functions; written by `tables.py`.

use super::number::Number;

/// π.
pub(super) const PI: Number = Number::raw(1, [
    0xef9519b3cd3a431b, 0x514a08798e3404dd, 0x020bbea63b139b22, 0x29024e088a67cc74,
    0xc4c6628b80dc1cd1, 0xc90fdaa22168c234,
]);
/// The first 192 bits of ln 2: times an integer of as many, exact.
pub(super) const LN_2_HIGH: Number = Number::raw(-1, [
    0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x40f343267298b62d,
    0xc9e3b39803f2f6af, 0xb17217f7d1cf79ab,
]);
/// The next 384.
pub(super) const LN_2_LOW: Number = Number::raw(-193, [
    0x3e96ca16224ae8c5, 0x27573b291169b825, 0xed2eae35c1382144, 0x559552fb4afa1b10,
    0xe7b876206debac98, 0x8a0d175b8baafa2b,
]);
/// 1/ln 2.
pub(super) const LOG2_E: Number = Number::raw(0, [
    0x24d92f75c16be0b3, 0xde1c43f755176cd6, 0x8b25166cd1a13247, 0xeb577aa8dd695a58,
    0xbe87fed0691d3e88, 0xb8aa3b295c17f0bb,
]);
/// 1/ln 10.
pub(super) const LOG10_E: Number = Number::raw(-2, [
    0x92235592c6464a15, 0x75424efa1402f3f2, 0x3a3f2d44f78ea53c, 0x3ee3460245c9a202,
    0x355baaafad33dc32, 0xde5bd8a937287195,
]);
/// 2/√π.
pub(super) const FRAC_2_SQRT_PI: Number = Number::raw(0, [
    0x40c036096cc79aeb, 0xc0759cf859270f11, 0x39a15830cce620b0, 0x1409a0ebac3e7517,
    0x71d48a7f6bfec344, 0x906eba8214db688d,
]);
/// The first 1536 bits of 1/(2π) after the binary point, the lowest limb first.
pub(super) const FRAC_1_2_PI: [u64; 24] = [
    0x41818555b29cea32, 0x237ff620135cc9cc, 0x19666157c5281a10, 0x6a78e45857b986c2,
    0xfc33ef0826bd0d87, 0x1580cc11bf1edaea, 0x9afed7ec47e35742, 0xcf41ce7de294a4ba,
    0x5d49eeb1faf97c5e, 0xd3d18fd9a797fa8b, 0xdb4d9fb3c9f2c26d, 0xfbcbc462d6829b47,
    0xc7fe25fff7816603, 0x272117e2ef7e4a0e, 0x4e64758e60d4ce7d, 0x3a671c09ad17df90,
    0xba208d7d4baed121, 0x3f877ac72c4a69cf, 0x01924bba82746487, 0x6dc91b8e909374b8,
    0x7f9458eaf7aef158, 0x36d8a5664f10e410, 0x7f09d5f47d4d3770, 0x28be60db9391054a,
];
