// SPDX-License-Identifier: MIT
public class Uuid {
	public static void main(String[] args) {
		System.out.println(java.util.UUID.randomUUID());
	}
}
