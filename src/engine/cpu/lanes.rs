//! Four f32 side by side, or sixteen bytes: a SIMD128 register in wasm, an array that the compiler
//! vectorises elsewhere. Products and sums of f32 are rounded one by one, never fused: relaxed SIMD
//! would be faster where it is there, and give other results.

pub use imp::{Lanes, product_of_bytes};

impl Lanes {
    /// The first four values; zeros where there are fewer.
    #[inline(always)]
    pub fn first(values: &[f32]) -> Self {
        match values.first_chunk() {
            Some(values) => Self::load(values),
            None => {
                Self::load(&std::array::from_fn(|lane| values.get(lane).copied().unwrap_or(0.0)))
            }
        }
    }
}

#[cfg(target_feature = "simd128")]
mod imp {
    use core::arch::wasm32::{
        f32x4, f32x4_add, f32x4_extract_lane, f32x4_mul, f32x4_splat, i16x8_add,
        i16x8_extmul_high_i8x16, i16x8_extmul_low_i8x16, i32x4_add, i32x4_extadd_pairwise_i16x8,
        i32x4_extract_lane, i32x4_shuffle, i32x4_splat, v128, v128_load,
    };

    /// The inner product of two rows of numbers from -127 to 127.
    pub fn product_of_bytes(a: &[[i8; 16]], b: &[[i8; 16]]) -> i32 {
        let mut sums = i32x4_splat(0);
        for (a, b) in a.iter().zip(b) {
            // SAFETY: each is as long as a vector, and may lie anywhere.
            let (a, b) =
                unsafe { (v128_load((&raw const *a).cast()), v128_load((&raw const *b).cast())) };
            // Two products of 127 squared are less than 2^15.
            let pairs = i16x8_add(i16x8_extmul_low_i8x16(a, b), i16x8_extmul_high_i8x16(a, b));
            sums = i32x4_add(sums, i32x4_extadd_pairwise_i16x8(pairs));
        }
        i32x4_extract_lane::<0>(sums)
            + i32x4_extract_lane::<1>(sums)
            + i32x4_extract_lane::<2>(sums)
            + i32x4_extract_lane::<3>(sums)
    }

    /// Four f32.
    #[derive(Clone, Copy)]
    pub struct Lanes(v128);

    impl Lanes {
        #[inline(always)]
        pub fn splat(value: f32) -> Self {
            Self(f32x4_splat(value))
        }

        #[inline(always)]
        pub fn load(values: &[f32; 4]) -> Self {
            let [a, b, c, d] = *values;
            Self(f32x4(a, b, c, d))
        }

        #[inline(always)]
        pub fn values(self) -> [f32; 4] {
            let v = self.0;
            [
                f32x4_extract_lane::<0>(v),
                f32x4_extract_lane::<1>(v),
                f32x4_extract_lane::<2>(v),
                f32x4_extract_lane::<3>(v),
            ]
        }

        #[inline(always)]
        pub fn plus(self, other: Self) -> Self {
            Self(f32x4_add(self.0, other.0))
        }

        #[inline(always)]
        pub fn times(self, other: Self) -> Self {
            Self(f32x4_mul(self.0, other.0))
        }

        /// Rows become columns.
        #[inline(always)]
        pub fn transposed([a, b, c, d]: [Self; 4]) -> [Self; 4] {
            let (ab, cd) =
                (i32x4_shuffle::<0, 4, 1, 5>(a.0, b.0), i32x4_shuffle::<0, 4, 1, 5>(c.0, d.0));
            let (ab2, cd2) =
                (i32x4_shuffle::<2, 6, 3, 7>(a.0, b.0), i32x4_shuffle::<2, 6, 3, 7>(c.0, d.0));
            [
                Self(i32x4_shuffle::<0, 1, 4, 5>(ab, cd)),
                Self(i32x4_shuffle::<2, 3, 6, 7>(ab, cd)),
                Self(i32x4_shuffle::<0, 1, 4, 5>(ab2, cd2)),
                Self(i32x4_shuffle::<2, 3, 6, 7>(ab2, cd2)),
            ]
        }
    }
}

#[cfg(not(target_feature = "simd128"))]
mod imp {
    /// The inner product of two rows of numbers from -127 to 127.
    pub fn product_of_bytes(a: &[[i8; 16]], b: &[[i8; 16]]) -> i32 {
        let pairs = a.as_flattened().iter().zip(b.as_flattened());
        pairs.map(|(&a, &b)| i32::from(a) * i32::from(b)).sum()
    }

    /// Four f32.
    #[derive(Clone, Copy)]
    pub struct Lanes([f32; 4]);

    impl Lanes {
        #[inline(always)]
        pub fn splat(value: f32) -> Self {
            Self([value; 4])
        }

        #[inline(always)]
        pub fn load(values: &[f32; 4]) -> Self {
            Self(*values)
        }

        #[inline(always)]
        pub fn values(self) -> [f32; 4] {
            self.0
        }

        #[inline(always)]
        pub fn plus(self, other: Self) -> Self {
            Self(std::array::from_fn(|lane| self.0[lane] + other.0[lane]))
        }

        #[inline(always)]
        pub fn times(self, other: Self) -> Self {
            Self(std::array::from_fn(|lane| self.0[lane] * other.0[lane]))
        }

        /// Rows become columns.
        #[inline(always)]
        pub fn transposed(rows: [Self; 4]) -> [Self; 4] {
            std::array::from_fn(|column| Self(rows.map(|row| row.0[column])))
        }
    }
}
